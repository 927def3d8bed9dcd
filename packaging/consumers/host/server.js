import { embedEspejo, parseConfig } from '@espejo/server'
import express from 'express'
import { pino } from 'pino'

const [page, dataDir] = process.argv.slice(2)
const settings = { ESPEJO_DATA_DIR: dataDir, ESPEJO_DEMO: '1', ESPEJO_DEMO_PRODUCTS: '300' }
const espejo = await embedEspejo(parseConfig(settings), pino({ level: 'warn' }), {
  authenticate: async () => ({
    userId: 'ana',
    tenantId: 'demo',
    role: 'admin',
    expiresAt: new Date(Date.now() + 3600_000),
  }),
})

const app = express()
app.use('/espejo/api', espejo.router)
app.use(express.static(page))
const server = app.listen(0, '127.0.0.1', () =>
  console.log(`running at http://127.0.0.1:${server.address().port}`),
)

process.once('SIGTERM', async () => {
  server.close()
  await espejo.stop()
  server.closeAllConnections()
})
