// `npm run dev`: compiles on every change, restarts the server (with the demo, on port 3000) and serves the web app
// with hot reload on port 5173, which passes /api on to the server.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, programOf } from './build.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

// The server needs a first build before anything watches it.
build()

// Each child has its own process group, so that Ctrl-C reaches it once only, through this process: a second signal would
// end the server before it has stopped PostgreSQL.
const detached = process.platform !== 'win32'
let isStopping = false

const compiler = start([programOf('typescript', 'tsc'), '-b', '--watch', '--preserveWatchOutput'])
const children = [
  compiler,
  start(['--watch', '--watch-preserve-output', join(root, 'apps/server/dist/app/main.js')]),
  start([programOf('vite', 'vite'), '--clearScreen', 'false'], join(root, 'apps/web')),
]

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0))

function start(args, cwd = root) {
  const child = spawn(process.execPath, args, { cwd, stdio: 'inherit', detached })
  // When one ends, the others end too.
  child.on('exit', (code) => stop(code ?? 0))
  return child
}

function stop(code) {
  if (isStopping) return
  isStopping = true
  process.exitCode = code
  for (const child of children) {
    if (child.exitCode !== null) continue
    // The compiler is a process below the one that was started; the other two pass a signal on themselves.
    if (detached && child === compiler) process.kill(-child.pid, 'SIGTERM')
    else child.kill('SIGTERM')
  }
}
