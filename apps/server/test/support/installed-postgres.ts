import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe } from 'vitest'
import * as cluster from '../../src/db/embedded/cluster.js'
import { prepareLocation } from '../../src/db/embedded/cluster-location.js'

/** Debian's folder of PostgreSQL's programs, of the newest version; undefined: not installed. */
const PROGRAMS = existsSync('/usr/lib/postgresql')
  ? readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => `/usr/lib/postgresql/${version}`)[0]
  : undefined

/** The folder of the client programs, such as `pg_dump`. */
export const PROGRAMS_PATH = `${PROGRAMS}/bin`

/** The embedded PostgreSQL comes without client programs, so these tests need an installed one. */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (PROGRAMS || env.CI) describe(name, tests)
  else describe.skip(`${name} (left out: PostgreSQL is not installed here)`, tests)
}

/** Starts an empty server of the installed PostgreSQL. @returns its superuser's URL */
export async function startInstalledPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  if (!PROGRAMS) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  const dataDir = mkdtempSync(join(tmpdir(), 'espejo-installed-'))
  chmodSync(dataDir, 0o755)
  const location = prepareLocation(PROGRAMS, dataDir)
  const initdb = [`--pgdata=${location.cluster}`, '--username=postgres', '--auth=trust', '--encoding=UTF8']
  execFileSync(join(PROGRAMS_PATH, 'initdb'), [...initdb, '--locale=C'], {
    ...location.runAs,
    cwd: location.cluster,
    stdio: 'pipe',
  })
  const port = await cluster.start(location)
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      await cluster.stop(location)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
