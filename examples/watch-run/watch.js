// Starts a sync, or joins the active one, and prints its progress until it ends. Ctrl-C stops watching, and
// the run continues. After a lost connection it reconnects and resumes.
//
//   node examples/watch-run/watch.js [address] [email] [password]
import { createRunWatcher, fetchTransport } from '@espejo/react/core'

const [base = 'http://localhost:3000', email = 'demo@espejo.test', password = 'demo-espejo'] =
  process.argv.slice(2)

const watcher = createRunWatcher({
  url: `${base}/api/cianbox/sync/products/stream`,
  transport: fetchTransport,
  getToken: signIn,
})

let printed = ''
watcher.subscribe(() => {
  const { runId, progress, result, connection, problem } = watcher.getSnapshot()
  if (result?.success) {
    finish(`${runId}: ${result.totalProducts} products in ${result.requests} requests`, 0)
  } else if (result) {
    finish(`${runId}: ${result.message}`, 1)
  } else if (connection === 'closed' && problem) {
    finish(problem.detail ?? problem.message, 1)
  } else if (progress) {
    print(`${String(progress.percent).padStart(3)} %  page ${progress.page}/${progress.totalPages}`)
  }
})
watcher.start()

/** The token, shared by all requests of this process. @type {Promise<string> | undefined} */
let token

function signIn() {
  token ??= requestToken()
  return token
}

async function requestToken() {
  const answer = await fetch(`${base}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const body = await answer.json()
  if (!answer.ok) finish(body.detail, 1)
  return body.token
}

/** Prints a line, unless it is the same as the last one. @param {string} line */
function print(line) {
  if (line !== printed) console.log(line)
  printed = line
}

/** @param {string} line @param {number} exitCode */
function finish(line, exitCode) {
  print(line)
  watcher.close()
  process.exitCode = exitCode
}
