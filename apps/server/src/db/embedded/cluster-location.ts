import { createHash } from 'node:crypto'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Who PostgreSQL's processes run as; undefined: as ourselves. */
interface RunAs {
  uid: number
  gid: number
}

/** Where the programs and the cluster lie, and as whom PostgreSQL runs there. */
export interface ClusterLocation {
  /** Folder with `bin` and `lib`. */
  programs: string
  cluster: string
  runAs: RunAs | undefined
}

/**
 * PostgreSQL refuses to run as root. As root it runs as the machine's `postgres` user, or `nobody`.
 * That user cannot enter a clone under a folder of mode 0700 (root's home is one), so what it could
 * not reach is kept under `/var/lib/espejo` instead: a copy of the programs, and the cluster in a
 * folder named after the data directory. An ordinary user's data stays in the data directory.
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

/** Whether the user may pass through every folder on the way to an existing path, itself included. */
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

/** Copied once a release; renamed into place, so that a copy cut short is never used. */
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
