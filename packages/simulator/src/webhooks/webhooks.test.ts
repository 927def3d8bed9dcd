import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { start } from '../../test/start.js'

interface Notification {
  event: string
  created: string
  id: string[]
  endpoint: string
}

/** A receiver of notifications that responds with these statuses in order, then 200; null: no response. */
async function receiver(statuses: (number | null)[] = []) {
  const received: Notification[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    received.push(JSON.parse(text))
    const status = statuses.length > 0 ? statuses.shift() : 200
    if (status) response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/aviso/s3cr3t0` }
}

async function registered(statuses?: (number | null)[]) {
  const started = await start({ products: 450 }, { now: () => Date.UTC(2026, 0, 1, 15) })
  const hook = await receiver(statuses)
  const alta = await started.post(`/general/notificaciones/alta?access_token=${started.token}`, {
    evento: 'all',
    url: hook.url,
  })
  expect(await alta.json()).toMatchObject({ status: 'ok', body: { status: 'ok' } })
  return { ...started, ...hook }
}

describe('the registry', () => {
  const base = '/general/notificaciones'

  test('registers, lists, filters and deletes', async () => {
    const { post, list, address, token } = await start({ products: 1 })
    const url = 'https://espejo.test/x'
    await post(`${base}/alta?access_token=${token}`, { evento: ['productos', 'marcas'], url })
    const rows = (await list(base)).body
    expect(rows.map(({ evento }) => evento)).toEqual(['productos', 'marcas'])
    expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'evento', 'creado', 'updated', 'url'])
    expect(rows[0]).toMatchObject({ id: 3, url })
    expect((await list(base, { evento: 'marcas' })).body).toEqual([rows[1]])
    expect((await list(`${base}/lista`, { id: 3 })).body).toEqual([rows[0]])

    const remove = (path: string, evento: unknown) =>
      fetch(address(path), { method: 'DELETE', body: JSON.stringify({ evento }) })
    await remove(base, ['marcas'])
    expect((await list(base)).body).toEqual([rows[0]])
    await remove(`${base}/eliminar`, 'all')
    expect((await list(base)).body).toEqual([])
  })

  test('refuses a bad event or URL inside an outer "ok"', async () => {
    const { post, token, account } = await start({ products: 1 })
    const alta = async (body: object) => (await post(`${base}/alta?access_token=${token}`, body)).json()
    const refused = { status: 'ok', body: { status: 'error', descripcion: expect.any(String) } }
    expect(await alta({ evento: ['nada'], url: 'https://espejo.test' })).toMatchObject(refused)
    expect(await alta({ evento: 'productos', url: 'ftp://espejo.test' })).toMatchObject(refused)
    account.setSwitches({ writeErrorField: 'description' })
    expect(await alta({ evento: 7 })).toMatchObject({ body: { description: expect.any(String) } })
  })
})

describe('a delivery', () => {
  test('follows every change, ids as text', async () => {
    const { account, received } = await registered()
    account.edit([10, 11])
    account.editList('marcas', 4, { marca: 'OTRA' })
    account.setExchangeRate(2, 1500)
    await account.webhooksSettled()
    expect(received).toHaveLength(3)
    expect(received).toContainEqual({
      event: 'productos',
      created: '2026-01-01 12:00:00',
      id: ['10', '11'],
      endpoint: 'productos',
    })
    expect(received).toContainEqual(
      expect.objectContaining({ event: 'marcas', id: ['4'], endpoint: 'productos/marcas' }),
    )
    expect(received).toContainEqual(expect.objectContaining({ event: 'cotizaciones', id: ['2'] }))
    expect(account.deliveries()).toHaveLength(3)
  })

  test('has at most 200 ids, and a change of every product is sent in batches', async () => {
    const { account, received } = await registered()
    account.raisePrices(0, 5)
    await account.webhooksSettled()
    expect(received.map(({ id }) => id.length)).toEqual([200, 200, 50])
    expect(new Set(received.flatMap(({ id }) => id)).size).toBe(450)
  })

  test('can be requested, and is not sent without a registered URL', async () => {
    const { account, received } = await registered()
    expect(await account.deliverWebhooks('pedidos', [5])).toEqual([
      { event: 'pedidos', ids: 1, attempts: 1, outcome: 'delivered', status: 200 },
    ])
    expect(received[0]).toMatchObject({ event: 'pedidos', id: ['5'] })
    const { account: lonely } = await start({ products: 1 })
    expect(await lonely.deliverWebhooks('pedidos', [5])).toEqual([])
  })

  test('without status 200 has failed', async () => {
    const { account } = await registered([204, 500])
    expect(await account.deliverWebhooks('productos', [1])).toMatchObject([
      { outcome: 'failed', status: 204 },
    ])
    expect(await account.deliverWebhooks('productos', [1])).toMatchObject([
      { outcome: 'failed', status: 500 },
    ])
  })

  test('without a response in time has failed', async () => {
    const { account } = await registered([null])
    account.setSwitches({ webhookTimeoutMs: 30 })
    expect(await account.deliverWebhooks('productos', [1])).toMatchObject([
      { outcome: 'failed', status: null },
    ])
  })

  test('is retried by the switch `webhookRetries`', async () => {
    const { account, received } = await registered([500, 500])
    account.setSwitches({ webhookRetries: 2, webhookRetryDelayMs: 1 })
    expect(await account.deliverWebhooks('productos', [1])).toMatchObject([
      { outcome: 'delivered', attempts: 3 },
    ])
    expect(received).toHaveLength(3)
  })

  test('can be lost, duplicated or out of order', async () => {
    const { account, received } = await registered()
    account.setSwitches({ webhookLossRate: 1 })
    expect(await account.deliverWebhooks('productos', [1])).toMatchObject([{ outcome: 'lost', attempts: 0 }])
    account.setSwitches({ webhookLossRate: 0, webhookDuplicates: true })
    await account.deliverWebhooks('productos', [1])
    expect(received).toHaveLength(2)
    account.setSwitches({ webhookDuplicates: false, webhookOrder: 'reversed' })
    await account.deliverWebhooks(
      'productos',
      Array.from({ length: 201 }, (_, i) => i + 1),
    )
    expect(received.slice(2).map(({ id }) => id.length)).toEqual([1, 200])
  })

  test('in progress does not prevent the simulator from closing', async () => {
    const { account, simulator } = await registered([null])
    const delivery = account.deliverWebhooks('productos', [1])
    await simulator.close()
    expect(await delivery).toMatchObject([{ outcome: 'failed', status: null }])
  })
})
