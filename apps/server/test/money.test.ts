import type { Product } from '@espejo/contract'
import type { AccountControl, ProductRow } from '@espejo/simulator'
import { describe, expect, it } from 'vitest'
import { withTenant } from '../src/db/pool.js'
import { productSchema } from '../src/http/answer-schemas.js'
import { type LiveTenant, useLiveApp } from './support/live-app.js'

const live = useLiveApp()
const DOLLAR = 2

/** 3900 in the default list, on offer at 3400. */
const OFFERED: Partial<ProductRow> = {
  oferta: true,
  alicuota_iva: 1.21,
  costo: 1500,
  costo_neto_calculado: 1500,
  precio_neto: 3223.1405,
  precio_oferta: 2810,
  precio_oferta_calculado: 2810,
  detalle_oferta: {
    precio_oferta_neto: 2808,
    precio_oferta_final: 3397.68,
    precio_oferta_neto_calculado: 2809.9174,
    precio_oferta_final_calculado: 3400,
    precio_original_neto: 3220,
    precio_original_final: 3896.2,
    precio_original_neto_calculado: 3223.1405,
    precio_original_final_calculado: 3900,
  },
  precios: [
    {
      id_lista_precio: 0,
      updated: '2026-01-01 10:00:00',
      id_moneda: 1,
      neto: 3220,
      final: 3896.2,
      redondeo: 100,
      neto_calculado: 3223.1405,
      final_calculado: 3900,
    },
  ],
}

async function load(tenant: LiveTenant): Promise<void> {
  await tenant.call('POST', '/api/cianbox/sync/runs')
  expect(await tenant.ended()).toMatchObject({ status: 'complete' })
}

async function productOf(tenant: LiveTenant, id: number): Promise<Product> {
  const { status, json } = await tenant.call('GET', `/api/products/${id}`)
  expect(status).toBe(200)
  return productSchema.strict().parse(json)
}

function rowsOf(erp: AccountControl): ProductRow[] {
  return [...erp.truth()] as ProductRow[]
}

function rowWhere(erp: AccountControl, is: (row: ProductRow) => boolean): ProductRow {
  const row = rowsOf(erp).find(is)
  if (!row) throw new Error('No product of the catalogue is like that.')
  return row
}

const isInDollars = (row: ProductRow) => row.precios[0]?.id_moneda === DOLLAR
const text = (amount: number | undefined) => String(amount)

/** A row of `precios` as the API returns it. */
function shown(price: ProductRow['precios'][number] | undefined) {
  return {
    listId: text(price?.id_lista_precio),
    currencyId: text(price?.id_moneda),
    net: text(price?.neto),
    final: text(price?.final),
    localNet: text(price?.neto_calculado),
    localFinal: text(price?.final_calculado),
  }
}

describe('a product on offer', () => {
  it('has the offer and the price of the list', async () => {
    const tenant = await live.tenant('offer')
    tenant.erp.edit([7], OFFERED)
    await load(tenant)
    expect(await productOf(tenant, 7)).toMatchObject({
      price: '3900',
      onOffer: true,
      offer: { net: '2808', final: '3397.68', localNet: '2809.9174', localFinal: '3400' },
    })
  })

  it('has the same prices whether the default list contains the offer or not', async () => {
    for (const offerPricing of ['apart', 'net', 'default-list'] as const) {
      const tenant = await live.tenant(`offer-${offerPricing}`, { account: { switches: { offerPricing } } })
      await load(tenant)
      const row = rowWhere(tenant.erp, ({ oferta }) => oferta)
      const product = await productOf(tenant, row.id)
      const charged = product.offer?.localFinal ?? product.price
      expect(charged).toBe(text(row.detalle_oferta?.precio_oferta_final_calculado))
      expect(product.price).toBe(text(row.precios[0]?.final_calculado))
    }
  })

  it('has no offer after its end, and the change log has both amounts', async () => {
    const tenant = await live.tenant('offer-ended')
    tenant.erp.edit([7], OFFERED)
    await load(tenant)
    tenant.erp.edit([7], {
      oferta: false,
      detalle_oferta: null,
      precio_oferta: 0,
      precio_oferta_calculado: 0,
    })
    await load(tenant)
    expect(await productOf(tenant, 7)).toMatchObject({ onOffer: false, offer: null, price: '3900' })
    const { items } = (await tenant.call('GET', '/api/products/7/history')).json
    expect(items[0].fields).toEqual([
      { field: 'onOffer', old: true, new: false },
      { field: 'offer.net', old: '2808', new: null },
      { field: 'offer.final', old: '3397.68', new: null },
      { field: 'offer.localNet', old: '2809.9174', new: null },
      { field: 'offer.localFinal', old: '3400', new: null },
    ])
  })
})

describe('a list in dollars', () => {
  it('has amounts in dollars and local amounts, over HTTP and in the view', async () => {
    const tenant = await live.tenant('dollars')
    await load(tenant)
    const row = rowWhere(tenant.erp, isInDollars)
    const { prices } = await productOf(tenant, row.id)
    expect(prices).toEqual(row.precios.map(shown))
    const { rows } = await withTenant(live.app.database.pool, tenant.id, (tx) =>
      tx.query(
        `SELECT list_id::text AS "listId", currency_id::text AS "currencyId", net::text, final::text,
                local_net::text AS "localNet", local_final::text AS "localFinal"
           FROM catalog.product_prices WHERE cianbox_id = $1 ORDER BY list_id`,
        [row.id],
      ),
    )
    expect(rows).toEqual(row.precios.map(shown))
  })

  it('logs a new exchange rate as a change of the local amounts only', async () => {
    const tenant = await live.tenant('rate')
    await load(tenant)
    const { id } = rowWhere(tenant.erp, isInDollars)
    tenant.erp.setExchangeRate(DOLLAR, 2000)
    await load(tenant)
    const { items } = (await tenant.call('GET', `/api/products/${id}/history`)).json
    const fields: string[] = items[0].fields.map(({ field }: { field: string }) => field)
    expect(fields).toEqual(expect.arrayContaining(['price', 'prices.3.localNet', 'prices.3.localFinal']))
    expect(fields.filter((field) => /^prices\.\d\.(net|final)$/.test(field))).toEqual([])
  })
})

describe('the cost', () => {
  it.each(['list', 'local'] as const)(
    'is local where the ERP has `costo` in the %s currency',
    async (costCurrency) => {
      const tenant = await live.tenant(`cost-${costCurrency}`, { account: { switches: { costCurrency } } })
      await load(tenant)
      const row = rowWhere(tenant.erp, isInDollars)
      expect((await productOf(tenant, row.id)).cost).toBe(text(row.costo_neto_calculado))
    },
  )

  it('is `costo` where the ERP has no calculated one', async () => {
    const tenant = await live.tenant('cost-plain', { account: { switches: { calculatedCost: false } } })
    await load(tenant)
    const row = rowWhere(tenant.erp, isInDollars)
    expect(row).not.toHaveProperty('costo_neto_calculado')
    expect((await productOf(tenant, row.id)).cost).toBe(text(row.costo))
  })
})

describe('rows written by an earlier mapping', () => {
  it('are rewritten by the next full run, although the ERP sends them unchanged', async () => {
    const tenant = await live.tenant('mapping', { account: { switches: { costCurrency: 'list' } } })
    tenant.erp.edit([7], OFFERED)
    await load(tenant)
    const { id } = rowWhere(tenant.erp, isInDollars)
    const before = await Promise.all([productOf(tenant, 7), productOf(tenant, id)])
    // As written by the first mapping: its version in the hash, no offer, the cost as sent.
    await withTenant(live.app.database.pool, tenant.id, (tx) =>
      tx.query(
        `UPDATE catalog.products SET content_hash = set_byte(content_hash, 0, 1), on_offer = false, offer_net = NULL,
                offer_final = NULL, offer_local_net = NULL, offer_local_final = NULL, cost = (raw ->> 'costo')::numeric`,
      ),
    )
    expect(await productOf(tenant, 7)).toMatchObject({ onOffer: false, offer: null })
    expect((await productOf(tenant, id)).cost).not.toBe(before[1].cost)
    await load(tenant)
    const [run] = await tenant.runs()
    expect(run).toMatchObject({ updated: 450, unchanged: 0 })
    const strip = (product: Product) => ({ ...product, changedAt: '' })
    const after = await Promise.all([productOf(tenant, 7), productOf(tenant, id)])
    expect(after.map(strip)).toEqual(before.map(strip))
    await load(tenant)
    expect((await tenant.runs())[0]).toMatchObject({ updated: 0, unchanged: 450 })
  })
})
