import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { useDatabase } from '../../test/support/database.js'
import { listenerOf } from './wakeup-listener.js'
import { createWakeups, packPayloads, unpackPayload, type Wakeups, type Woken } from './wakeups.js'

const database = useDatabase()
const opened: Wakeups[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((wakeups) => wakeups.close()))
})

/** One process: what it hears, what went wrong, and its listening connections. */
function aProcess() {
  const heard: Woken[] = []
  const errors: Error[] = []
  const clients: pg.Client[] = []
  const connect = () => {
    const client = listenerOf(database.url)()
    clients.push(client)
    return client
  }
  const wakeups = createWakeups({
    pool: database.pool,
    listenTo: connect,
    onError: (error) => errors.push(error),
    coalesceMs: 20,
  })
  opened.push(wakeups)
  return {
    heard,
    errors,
    clients,
    touch: wakeups.touch,
    async listen() {
      wakeups.listen((woken) => heard.push(woken))
      await expect.poll(() => heard).toContain('all')
    },
  }
}

describe('wake-ups', () => {
  it('reach another process, many touches in one', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    for (let i = 0; i < 50; i++) worker.touch(`run${i % 3}`)
    await expect.poll(() => api.heard).toEqual(['all', ['run0', 'run1', 'run2']])
  })

  it('reach their own process at once, and not a second time through the database', async () => {
    const [both, api] = [aProcess(), aProcess()]
    await Promise.all([both.listen(), api.listen()])
    both.touch('run1')
    expect(both.heard).toEqual(['all', ['run1']])
    await expect.poll(() => api.heard).toEqual(['all', ['run1']])
    both.touch('run2')
    await expect.poll(() => api.heard).toHaveLength(3)
    expect(both.heard).toEqual(['all', ['run1'], ['run2']])
  })

  it('come again after the connection was terminated, and all runs are looked at', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    await terminateListeners()
    await expect.poll(() => api.heard).toEqual(['all', 'all'])
    expect(api.errors).not.toHaveLength(0)
    worker.touch('run1')
    await expect.poll(() => api.heard).toEqual(['all', 'all', ['run1']])
  })

  it('listen as the app role', async () => {
    const api = aProcess()
    await api.listen()
    const { rows } = await (api.clients[0] as pg.Client).query('SELECT current_user AS me')
    expect(rows).toEqual([{ me: 'espejo_app' }])
  })

  it('go on trying while the database cannot be reached', async () => {
    const errors: Error[] = []
    const heard: Woken[] = []
    let attempts = 0
    const wakeups = createWakeups({
      pool: database.pool,
      listenTo: () => {
        attempts += 1
        return attempts < 3 ? new pg.Client({ host: '127.0.0.1', port: 1 }) : listenerOf(database.url)()
      },
      onError: (error) => errors.push(error),
    })
    opened.push(wakeups)
    wakeups.listen((woken) => heard.push(woken))
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['all'])
    expect(errors).toHaveLength(2)
  })

  it('send what is waiting when they are closed', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    worker.touch('last')
    await opened[0]?.close()
    await expect.poll(() => api.heard).toContainEqual(['last'])
  })
})

describe('payloads', () => {
  it('are split below what NOTIFY takes', () => {
    const runIds = Array.from({ length: 1_000 }, (_, i) => `${i}`.padStart(40, 'x'))
    const payloads = packPayloads('sender01', runIds)
    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true)
    expect(payloads.flatMap((payload) => unpackPayload(payload).runIds)).toEqual(runIds)
    expect(payloads.map((payload) => unpackPayload(payload).from)).toEqual(payloads.map(() => 'sender01'))
  })

  it('of a stranger on the channel are nothing worse than unknown runs', () => {
    expect(unpackPayload('')).toEqual({ from: '', runIds: [] })
    expect(unpackPayload("'; DROP TABLE x")).toEqual({ from: "';", runIds: ['DROP'] })
  })
})

async function terminateListeners() {
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'espejo wake-ups' AND datname = current_database()`,
  )
  await admin.end()
}
