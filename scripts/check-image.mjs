// Builds the image of deploy/Dockerfile without Docker: runs its steps in empty folders, on the files that its
// .dockerignore lets in, then starts the result on an empty database and runs its health check.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from './build.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const lines = (path) => readFileSync(join(root, path), 'utf8').split('\n')

/** The files of the build context. As in Docker, the last pattern that matches a file or its folder decides. */
function contextFiles() {
  const rules = lines('deploy/Dockerfile.dockerignore')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }))
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = stdout.split('\0').filter((file) => file !== '')
  return files.filter((file) => rules.findLast(({ pattern }) => pattern.test(file))?.isKept ?? true)
}

function patternOf(glob) {
  const source = glob
    .replace(/[.+^$()[\]{}|\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(.*/)?'))
  return new RegExp(`^${source}(/.*)?$`)
}

/** The Dockerfile's stages, each a list of `[instruction, rest]`. */
function stages() {
  const text = lines('deploy/Dockerfile')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
  const steps = [...text.matchAll(/^([A-Z]+)\s+(.*)$/gm)].map(([, instruction, rest]) => [instruction, rest])
  const starts = steps.flatMap(([instruction], at) => (instruction === 'FROM' ? [at] : []))
  return starts.map((from, at) => steps.slice(from, starts[at + 1]))
}

const base = mkdtempSync(join(tmpdir(), 'espejo-image-'))
process.on('exit', () => rmSync(base, { recursive: true, force: true }))
const [buildSteps, imageSteps] = stages()

/** Runs the steps of a stage that change files. `WORKDIR` is /app in both, and here the stage's folder. */
function makeStage(name, steps, source) {
  const folder = join(base, name)
  mkdirSync(folder)
  for (const [instruction, rest] of steps) {
    if (instruction === 'COPY') {
      const [from, to] = rest
        .replace(/^--from=\S+ /, '')
        .replaceAll('/app/', './')
        .split(' ')
      for (const file of from === '.' ? source.files : [from]) {
        const target = join(folder, to.endsWith('/') ? join(to, file) : from === '.' ? file : to)
        mkdirSync(dirname(target), { recursive: true })
        cpSync(join(source.folder, file), target, { recursive: true, verbatimSymlinks: true })
      }
    }
    if (instruction === 'RUN') {
      const { status } = spawnSync(rest, { cwd: folder, shell: true, stdio: 'inherit' })
      if (status !== 0) fail(`RUN ${rest} failed`)
    }
  }
  return folder
}

function fail(message) {
  console.error(`deploy/Dockerfile: ${message}`)
  process.exit(1)
}

const built = makeStage('build', buildSteps, { folder: root, files: contextFiles() })
const image = makeStage('image', imageSteps, { folder: built })

build()
const load = (path) => import(pathToFileURL(join(root, 'apps/server/dist', path)))
const { startEmbeddedPostgres } = await load('db/embedded/index.js')
const { loadStoredSecrets } = await load('connections/secrets.js')
const dataDir = join(base, 'data')
const secrets = loadStoredSecrets(dataDir)
const postgres = await startEmbeddedPostgres({ dataDir, ...secrets })

const settings = Object.fromEntries(
  imageSteps.flatMap(([instruction, rest]) =>
    instruction === 'ENV' ? rest.split(' ').map((pair) => pair.split('=')) : [],
  ),
)
const env = {
  ...settings,
  HOST: '127.0.0.1',
  PORT: String(await freePort()),
  DATABASE_URL: postgres.databaseUrl,
  ESPEJO_SECRET_KEY: secrets.secretKey.toString('base64'),
}
/** The words after `CMD`; the first is `node`. */
const commandOf = (instruction) => {
  const [, rest] = imageSteps.find(([name]) => name === instruction)
  return JSON.parse(rest.slice(rest.indexOf('[')))
}
const [, ...args] = commandOf('CMD')
const server = spawn(process.execPath, args, { cwd: image, env, stdio: 'inherit' })
const [, ...checkArgs] = commandOf('HEALTHCHECK')
let isHealthy = false
for (let tries = 0; tries < 60 && !isHealthy && server.exitCode === null; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 500))
  isHealthy = spawnSync(process.execPath, checkArgs, { cwd: image, env }).status === 0
}
const page = isHealthy
  ? await fetch(`http://127.0.0.1:${env.PORT}/`, { headers: { accept: 'text/html' } })
  : null
if (server.exitCode === null) {
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
}
await postgres.stop()
if (!isHealthy) fail('the image does not become healthy')
if (!page?.ok) fail('the image does not serve the web app')
const bytes = readdirSync(image, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
console.log(`deploy/Dockerfile: builds, starts and is healthy; ${Math.round(bytes / 1e6)} MB without Node.`)

function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address()
      listener.close(() => resolve(port))
    })
  })
}
