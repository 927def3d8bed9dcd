// An Express application with its own users and sessions, and Espejo embedded: Espejo's API under
// /espejo/api accepts the application's session cookie, and its worker runs in the same process.
//
//   node examples/embed-in-express/server.js [port] [data directory]
import { randomUUID } from 'node:crypto'
import { embedEspejo, parseConfig } from '@espejo/server'
import express from 'express'
import { pino } from 'pino'

const [port = '3001', dataDir = '.espejo-embedded'] = process.argv.slice(2)

/**
 * The host's users. `tenantId` decides which catalogue they see, `role` what they may do.
 * @type {Record<string, { password: string, tenantId: string, role: 'admin' | 'operator' | 'viewer' }>}
 */
const USERS = {
  ana: { password: 'clave-de-ana', tenantId: 'demo', role: 'admin' },
  beto: { password: 'clave-de-beto', tenantId: 'demo', role: 'viewer' },
  caro: { password: 'clave-de-caro', tenantId: 'vecino', role: 'operator' },
}

/**
 * The host's sessions, by cookie value.
 * @type {Map<string, import('@espejo/server').Session>}
 */
const sessions = new Map()

const app = express()

app.post('/login', express.json(), (req, res) => {
  const { name, password } = req.body ?? {}
  const user = Object.hasOwn(USERS, name) ? USERS[name] : undefined
  if (user?.password !== password || !user) return void res.status(401).json({ error: 'unknown' })
  const { tenantId, role } = user
  const id = randomUUID()
  sessions.set(id, { userId: name, tenantId, role, expiresAt: new Date(Date.now() + 8 * 3600_000) })
  res.cookie('host_session', id, { httpOnly: true, sameSite: 'lax' }).json({ name })
})

app.post('/logout', (req, res) => {
  sessions.delete(cookieOf(req))
  res.clearCookie('host_session').status(204).end()
})

// The same settings as the environment variables of the server. This example uses the demo: with
// ESPEJO_DEMO=0 the catalogue comes from Cianbox; with DATABASE_URL it is stored in your PostgreSQL.
const config = parseConfig({ ESPEJO_DATA_DIR: dataDir, ESPEJO_DEMO: '1', ESPEJO_DEMO_PRODUCTS: '500' })
const espejo = await embedEspejo(config, pino({ level: 'warn' }), {
  authenticate: async (req) => liveSession(cookieOf(req)),
  // When a session ends here, Espejo closes its open streams.
  isSessionLive: async ({ userId }) => [...sessions.values()].some((session) => session.userId === userId),
})
// Each customer of the host is a tenant. The demo has created these two, so these calls change nothing.
await espejo.ensureTenant('demo', 'Ferretería Demo')
await espejo.ensureTenant('vecino', 'El vecino')
app.use('/espejo/api', espejo.router)

const server = app.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  console.log(`Listening at http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`)
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close()
    await espejo.stop()
    server.closeAllConnections()
  })
}

/** @param {string} id */
function liveSession(id) {
  const session = sessions.get(id)
  return session && session.expiresAt > new Date() ? session : null
}

/** @param {import('node:http').IncomingMessage} req */
function cookieOf(req) {
  return /(?:^|; )host_session=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''
}
