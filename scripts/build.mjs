// `npm run build`: builds what is out of date. TypeScript's build mode skips projects that are up to date; for the web
// app the newest source is compared with the built page.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)

/** Exits the process when a build fails, after its output. */
export function build() {
  run('typescript', 'tsc', ['-b'], root)
  const page = join(root, 'apps/web/dist/index.html')
  const sources = ['apps/web', 'packages/react/src', 'packages/contract/src'].map((path) => join(root, path))
  if (!existsSync(page) || newest(sources) > statSync(page).mtimeMs) {
    run('vite', 'vite', ['build', '--logLevel', 'warn'], join(root, 'apps/web'))
  }
}

function run(name, program, args, cwd) {
  const { status } = spawnSync(process.execPath, [programOf(name, program), ...args], {
    cwd,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

/** The file of a package's command, to be run with Node: the same on every platform, without a shell. */
export function programOf(name, program) {
  const manifest = require.resolve(`${name}/package.json`)
  const { bin } = require(manifest)
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[program])
}

function newest(paths) {
  return Math.max(0, ...paths.flatMap(files).map((path) => statSync(path).mtimeMs))
}

function files(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => name !== 'dist' && name !== 'node_modules')
    .flatMap((name) => files(join(path, name)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build()
