import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const run = promisify(execFile)
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** One package of this repository as `npm publish` would send it. */
export interface Tarball {
  readonly name: string
  readonly path: string
  /** Paths of its files, relative to the package. */
  readonly files: readonly string[]
  /** The same package, unpacked. */
  readonly directory: string
}

/** A new folder outside the repository, so that nothing resolves to the workspace's node_modules. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'espejo-packaging-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Packs every package that can be published, with its `prepack`. */
export async function packAll(folder: string): Promise<readonly Tarball[]> {
  const args = ['pack', '--json', '-w', 'packages', '-w', 'apps/server', '--pack-destination', folder]
  const { stdout } = await npm(args, root)
  return Promise.all(readPacked(stdout).map((packed) => unpack(packed, folder)))
}

/** npm with its usual cache and registry. Scripts are given no npm settings of the test's own npm. */
export function npm(args: readonly string[], cwd: string) {
  const command = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  return run(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
}

interface Packed {
  name: string
  filename: string
  files: { path: string }[]
}

/** npm 10 prints a list; npm 11 may print an object by package name. The scripts' output comes first. */
function readPacked(stdout: string): Packed[] {
  const json = JSON.parse(stdout.slice(stdout.search(/^[[{]$/m))) as Packed[] | Record<string, Packed>
  return Object.values(json)
}

async function unpack({ name, filename, files }: Packed, folder: string): Promise<Tarball> {
  const path = join(folder, filename)
  const into = join(folder, filename.replace(/\.tgz$/, ''))
  mkdirSync(into)
  await run('tar', ['-xzf', path, '-C', into])
  return { name, path, files: files.map((file) => file.path), directory: join(into, 'package') }
}

export function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T
}
