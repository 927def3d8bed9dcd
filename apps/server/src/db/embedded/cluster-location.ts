import { createHash } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** The operating system user of PostgreSQL's processes. */
interface RunAs {
  uid: number
  gid: number
}

/** Paths of PostgreSQL's programs and data, and its operating system user. */
export interface ClusterLocation {
  /** Folder with `bin` and `lib`. */
  programs: string
  /** Data directory of the cluster. */
  cluster: string
  /** Undefined: the current user. */
  runAs: RunAs | undefined
}

/**
 * Chooses and creates the folders for PostgreSQL. For an ordinary user the cluster is in the data directory.
 *
 * PostgreSQL refuses to run as root, so for root it runs as the machine's `postgres` user, or `nobody`. That user
 * cannot enter folders of mode 0700, such as root's home. What it cannot reach there goes to `/var/lib/espejo`: a
 * copy of the programs, and the cluster in a folder named after the data directory.
 */
export function prepareLocation(programs: string, dataDir: string): ClusterLocation {
  const inDataDir = join(resolve(dataDir), 'postgres')
  const isRoot = process.getuid?.() === 0
  if (!isRoot) {
    mkdirSync(inDataDir, { recursive: true, mode: 0o700 })
    return { programs, cluster: inDataDir, runAs: undefined }
  }
  const runAs = unprivilegedUser()
  const cluster = canReach(resolve(dataDir), runAs)
    ? inDataDir
    : join(SHARED, `${basename(dirname(inDataDir))}-${digest(inDataDir)}`.replace(/^\./, ''))
  mkdirSync(dirname(cluster), { recursive: true, mode: 0o755 })
  mkdirSync(cluster, { recursive: true, mode: 0o700 })
  chownSync(cluster, runAs.uid, runAs.gid)
  return { programs: canReach(programs, runAs) ? programs : copyOf(programs), cluster, runAs }
}

const SHARED = '/var/lib/espejo'

function unprivilegedUser(): RunAs {
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }]),
  )
  return users.get('postgres') ?? users.get('nobody') ?? { uid: 65534, gid: 65534 }
}

/** Whether the user may enter a folder and all its parents. Those that do not exist yet are ignored. */
function canReach(path: string, { uid, gid }: RunAs): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid: owner, gid: group } = statSync(folder)
      const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
      if ((mode & bit) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/** Copies the programs, once per release. Renames the finished copy into place, so that no partial one is used. */
function copyOf(programs: string): string {
  const copy = join(SHARED, `programs-${digest(programs + statSync(join(programs, 'bin')).mtimeMs)}`)
  if (existsSync(copy)) return copy
  const partial = `${copy}.${process.pid}`
  cpSync(programs, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, copy)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
