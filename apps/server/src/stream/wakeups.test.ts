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

/** One process: what it is notified of, its errors, and its listening clients. */
function aProcess() {
  const woken: Woken[] = []
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
    woken,
    errors,
    clients,
    touch: wakeups.touch,
    async listen() {
      wakeups.listen((runs) => woken.push(runs))
      await expect.poll(() => woken).toContain('all')
    },
  }
}

describe('wake-ups', () => {
  it('reach another process, many touches in one notification', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    for (let i = 0; i < 50; i++) worker.touch(`run${i % 3}`)
    await expect.poll(() => api.woken).toEqual(['all', ['run0', 'run1', 'run2']])
  })

  it('reach their own process at once, and only once', async () => {
    const [both, api] = [aProcess(), aProcess()]
    await Promise.all([both.listen(), api.listen()])
    both.touch('run1')
    expect(both.woken).toEqual(['all', ['run1']])
    await expect.poll(() => api.woken).toEqual(['all', ['run1']])
    both.touch('run2')
    await expect.poll(() => api.woken).toHaveLength(3)
    expect(both.woken).toEqual(['all', ['run1'], ['run2']])
  })

  it('arrive again after the connection was terminated, beginning with all runs', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    await terminateListeners()
    await expect.poll(() => api.woken).toEqual(['all', 'all'])
    expect(api.errors).not.toHaveLength(0)
    worker.touch('run1')
    await expect.poll(() => api.woken).toEqual(['all', 'all', ['run1']])
  })

  it('are listened for as the application role', async () => {
    const api = aProcess()
    await api.listen()
    const { rows } = await (api.clients[0] as pg.Client).query('SELECT current_user AS me')
    expect(rows).toEqual([{ me: 'espejo_app' }])
  })

  it('are listened for again until the database can be reached', async () => {
    const errors: Error[] = []
    const woken: Woken[] = []
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
    wakeups.listen((runs) => woken.push(runs))
    await expect.poll(() => woken, { timeout: 10_000 }).toEqual(['all'])
    expect(errors).toHaveLength(2)
  })

  it('that are pending are sent on close', async () => {
    const [worker, api] = [aProcess(), aProcess()]
    await api.listen()
    worker.touch('last')
    await opened[0]?.close()
    await expect.poll(() => api.woken).toContainEqual(['last'])
  })
})

describe('payloads', () => {
  it('are split below the limit of NOTIFY', () => {
    const runIds = Array.from({ length: 1_000 }, (_, i) => `${i}`.padStart(40, 'x'))
    const payloads = packPayloads('sender01', runIds)
    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true)
    expect(payloads.flatMap((payload) => unpackPayload(payload).runIds)).toEqual(runIds)
    expect(payloads.map((payload) => unpackPayload(payload).from)).toEqual(payloads.map(() => 'sender01'))
  })

  it('of another program on the channel parse as unknown runs', () => {
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
