import { isProductId } from '@espejo/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNotification } from './notification-body.js'

describe('the body of a notification', () => {
  it('is parsed as the ERP documents it', () => {
    const body = {
      event: 'productos',
      created: '2019-05-24 10:58:44',
      id: ['10564', '10725'],
      endpoint: 'productos',
    }
    expect(readNotification(body)).toEqual({ event: 'productos', ids: ['10564', '10725'], ignored: 0 })
  })

  it('yields each valid product id once, and counts the invalid ones', () => {
    const id = ['7', 7, '007', 'x', '-1', '1e3', '', '99999999999999999', '8', 0, '0', '9007199254740992']
    expect(readNotification({ event: 'productos', id })).toMatchObject({ ids: ['7', '8'], ignored: 8 })
    expect(readNotification({ event: 'productos', id: '9' })?.ids).toEqual(['9'])
    expect(readNotification({ event: 'pedidos' })).toEqual({ event: 'pedidos', ids: [], ignored: 0 })
  })

  it('may be any value: the result is null or has valid product ids only', () => {
    fc.assert(
      fc.property(fc.anything(), fc.oneof(fc.anything(), fc.array(fc.nat())), (event, id) => {
        const read = readNotification({ event, id })
        for (const one of read?.ids ?? []) expect(isProductId(one)).toBe(true)
        expect(readNotification(id) === null || typeof id === 'object').toBe(true)
      }),
    )
  })
})
