import { describe, expect, test } from 'vitest'
import { faulty, page2 } from '../../test/faulty.js'
import { start } from '../../test/start.js'
import { POISON_KINDS } from './poison.js'

describe('a poisoned row', () => {
  test.each(POISON_KINDS)('%s changes exactly one row of the page', async (poison) => {
    const { list, truth } = await faulty({ kind: 'poison-row', poison, index: 3 })
    const rows = (await list('/productos', page2)).body
    expect(rows[3]).not.toEqual(truth(2)[3])
    rows.splice(3, 1)
    expect(rows).toEqual(truth(2).toSpliced(3, 1))
  })

  test.each(POISON_KINDS)('%s works in the simple dialect', async (poison) => {
    const { get, account } = await start({ products: 3, dialect: 'simple' })
    account.inject({ kind: 'poison-row', poison })
    const { data } = (await (await get('/productos')).json()) as { data: unknown[] }
    expect(data[0]).not.toEqual(account.product(1))
    expect(data.slice(1)).toEqual([account.product(2), account.product(3)])
  })

  test('has what its kind says', async () => {
    const { get, list, account } = await faulty({ kind: 'poison-row', poison: 'lone-surrogate' })
    expect(await (await get('/productos')).text()).toContain('"producto":"\\ud83d ')
    const first = async (poison: (typeof POISON_KINDS)[number]) => {
      account.clearFaults()
      account.inject({ kind: 'poison-row', poison })
      return (await list('/productos')).body[0]
    }
    expect(await first('no-name')).not.toHaveProperty('producto')
    expect(typeof (await first('name-not-text'))?.producto).toBe('object')
    expect(await first('no-id')).not.toHaveProperty('id')
    expect((await first('id-not-a-number'))?.id).toBe('abc')
    expect(await first('price-nan')).toMatchObject({
      precio_neto: 'NaN',
      precios: [{ final_calculado: 'NaN' }, {}, {}, {}],
    })
    expect((await first('price-huge'))?.precio_neto).toBe(1e30)
    expect((await first('price-negative'))?.precio_neto).toBe(-150.5)
    expect((await first('price-ten-decimals'))?.precio_neto).toBe(1234.0123456789)
    expect((await first('nul-in-text'))?.producto).toContain('\0')
    expect(await first('not-an-object')).toBeNull()
  })

  test('can be one product on any page', async () => {
    const { list } = await faulty({ kind: 'poison-row', id: 60 })
    expect((await list('/productos', { id: '59,60' })).body.map((row) => 'producto' in row)).toEqual([
      true,
      false,
    ])
    expect((await list('/productos', { limit: 50 })).body.every((row) => 'producto' in row)).toBe(true)
  })
})
