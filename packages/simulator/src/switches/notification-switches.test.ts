import { expect, test } from 'vitest'
import { start } from '../../test/start.js'

const BASE = '/general/notificaciones'

async function listening(evento: unknown = 'all', urls = ['http://127.0.0.1:9/a']) {
  const started = await start({ products: 20 })
  const { post, token, account } = started
  const register = async (events: unknown, url: string) => {
    const answer = await post(`${BASE}/alta?access_token=${token}`, { evento: events, url })
    return ((await answer.json()) as { body: { status: string } }).body.status
  }
  for (const url of urls) await register(evento, url)
  /** The deliveries since the last call. Their receiver does not respond. */
  let returned = 0
  const sent = async () => {
    await account.webhooksSettled()
    const added = account.deliveries().slice(returned)
    returned += added.length
    return added.map(({ event, ids }) => [event, ids])
  }
  return { ...started, register, sent }
}

test('a stock move notifies or not', async () => {
  const { account, sent } = await listening()
  account.moveStock([1, 2], 5)
  expect(await sent()).toEqual([['productos', 2]])
  account.setSwitches({ stockMovesNotify: false })
  account.moveStock([1, 2], 5)
  expect(await sent()).toEqual([])
})

test('a deletion notifies or not', async () => {
  const { account, sent } = await listening()
  account.remove([1], 'gone')
  account.remove([2], 'inactive')
  expect(await sent()).toEqual([
    ['productos', 1],
    ['productos', 1],
  ])
  account.setSwitches({ deletionNotifies: false })
  account.remove([3], 'gone')
  expect(await sent()).toEqual([])
})

test('an event has one URL or several, and a deletion removes all of them', async () => {
  const { account, list, register, address, sent } = await listening('marcas')
  await register('marcas', 'http://127.0.0.1:9/b')
  expect((await list(BASE)).body.map(({ url }) => url)).toEqual(['http://127.0.0.1:9/b'])
  account.setSwitches({ webhookUrls: 'many' })
  await register('marcas', 'http://127.0.0.1:9/c')
  await register('marcas', 'http://127.0.0.1:9/c')
  const rows = (await list(BASE)).body
  expect(rows.map(({ url }) => url)).toEqual(['http://127.0.0.1:9/b', 'http://127.0.0.1:9/c'])
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2)
  account.editList('marcas', 4, { marca: 'OTRA' })
  expect(await sent()).toEqual([
    ['marcas', 1],
    ['marcas', 1],
  ])
  await fetch(address(BASE), { method: 'DELETE', body: JSON.stringify({ evento: 'marcas' }) })
  expect((await list(BASE)).body).toEqual([])
})

test('there are nine events or thirteen', async () => {
  const { account, list, register } = await listening()
  expect((await list(BASE)).body).toHaveLength(13)
  expect(await register('proveedores', 'https://x.test')).toBe('ok')
  account.setSwitches({ webhookEvents: 'nine' })
  expect(await register('proveedores', 'https://x.test')).toBe('error')
  expect(await register('productos,estados', 'https://x.test')).toBe('ok')
})
