import type { Run } from '@espejo/contract'
import type { AccountControl, Switches } from '@espejo/simulator'
import { describe, expect, it } from 'vitest'
import { type LiveTenant, useLiveApp } from './support/live-app.js'

const live = useLiveApp()
const ID = 7

/** One way in which the ERP may return a deleted or invisible product, and the resulting row of the mirror. */
interface Reading {
  what: string
  switches: Partial<Switches>
  remove(erp: AccountControl): void
  restore(erp: AccountControl): void
  shown: { isActive: boolean; isRetired: boolean }
}

const asInactive = {
  remove: (erp: AccountControl) => void erp.remove([ID], 'inactive'),
  restore: (erp: AccountControl) => void erp.edit([ID], { vigente: true }),
}

const READINGS: readonly Reading[] = [
  {
    what: 'gone from the list and by id',
    switches: {},
    remove: (erp) => void erp.remove([ID], 'gone'),
    restore: () => undefined,
    shown: { isActive: true, isRetired: true },
  },
  {
    what: '`vigente: false` and still listed',
    switches: {},
    ...asInactive,
    shown: { isActive: false, isRetired: false },
  },
  {
    what: '`vigente: false`, left out of the list and shown by id',
    switches: { inactiveRows: 'by-id' },
    ...asInactive,
    shown: { isActive: false, isRetired: false },
  },
  {
    what: 'hidden unless `vigente=all`',
    switches: { inactiveRows: 'hidden' },
    ...asInactive,
    shown: { isActive: true, isRetired: true },
  },
  {
    what: 'not associated with the integration',
    switches: {},
    remove: (erp) => void erp.setAssociated([ID], false),
    restore: (erp) => void erp.setAssociated([ID], true),
    shown: { isActive: true, isRetired: true },
  },
]

/** The product in the HTTP API: in the list that a shop reads, among the retired, by id. */
async function seen(tenant: LiveTenant) {
  const idsOf = async (query: string) => {
    const { json } = await tenant.call('GET', `/api/products?limit=200&${query}`)
    return json.items.map(({ cianboxId }: { cianboxId: string }) => Number(cianboxId)) as number[]
  }
  const { status, json } = await tenant.call('GET', `/api/products/${ID}`)
  expect(status).toBe(200)
  return {
    isForSale: (await idsOf('active=true')).includes(ID),
    isAmongRetired: (await idsOf('retired=true')).includes(ID),
    isActive: json.isActive,
    isRetired: json.retiredAt !== null,
  }
}

async function fullRun(tenant: LiveTenant): Promise<Run> {
  const { status, json } = await tenant.call('POST', '/api/cianbox/sync/runs')
  expect(status).toBe(201)
  return tenant.newest((run) => run.id === json.id && run.endedAt !== null)
}

/** Sends a notification for the product, even if the ERP would not, and runs what is due then. */
async function notifiedRun(tenant: LiveTenant): Promise<Run> {
  const before = (await tenant.runs()).length
  const [delivery] = await tenant.erp.deliverWebhooks('productos', [ID])
  expect(delivery).toMatchObject({ outcome: 'delivered' })
  await tenant.erp.webhooksSettled()
  live.pass(5)
  await live.runDueTimers()
  const run = await tenant.ended()
  expect([run.mode, (await tenant.runs()).length]).toEqual(['ids', before + 1])
  return run
}

const RUNS = [
  { by: 'a full run', sync: fullRun },
  { by: 'a run by ids after a notification', sync: notifiedRun },
]
const CASES = READINGS.flatMap((reading, n) =>
  RUNS.map((run, m) => ({ ...reading, ...run, tenant: `reading-${n}-${m}` })),
)

describe('a product that is deleted or hidden at the ERP', () => {
  it.each(CASES)('is mirrored as such by $by where it is $what', async ({ tenant: name, ...reading }) => {
    // As many products as one page of the API's list has.
    const tenant = await live.tenant(name, { account: { products: 150, switches: reading.switches } })
    tenant.erp.edit([ID], { vigente: true })
    expect((await tenant.call('PUT', '/api/cianbox/connection/webhook')).status).toBe(200)
    expect(await fullRun(tenant)).toMatchObject({ status: 'complete' })
    const { isActive, isRetired } = reading.shown
    const present = { isForSale: true, isAmongRetired: false, isActive: true, isRetired: false }
    expect(await seen(tenant)).toEqual(present)

    reading.remove(tenant.erp)
    const run = await reading.sync(tenant)
    expect(run).toMatchObject({ status: 'complete', retired: isRetired ? 1 : 0, updated: isRetired ? 0 : 1 })
    const taken = { isForSale: false, isAmongRetired: isRetired, isActive, isRetired }
    expect(await seen(tenant)).toEqual(taken)
    // It is changed once only.
    expect(await reading.sync(tenant)).toMatchObject({ status: 'complete', retired: 0, updated: 0 })
    expect(await seen(tenant)).toEqual(taken)
  })

  it.each(CASES.filter(({ restore }) => restore !== READINGS[0]?.restore))(
    'is for sale again after $by, when it no longer is $what',
    async ({ tenant: name, ...reading }) => {
      const tenant = await live.tenant(`back-${name}`, {
        account: { products: 150, switches: reading.switches },
      })
      tenant.erp.edit([ID], { vigente: true })
      expect((await tenant.call('PUT', '/api/cianbox/connection/webhook')).status).toBe(200)
      await fullRun(tenant)
      reading.remove(tenant.erp)
      await reading.sync(tenant)
      expect((await seen(tenant)).isForSale).toBe(false)
      reading.restore(tenant.erp)
      expect(await reading.sync(tenant)).toMatchObject({ status: 'complete', updated: 1 })
      expect(await seen(tenant)).toEqual({
        isForSale: true,
        isAmongRetired: false,
        isActive: true,
        isRetired: false,
      })
    },
  )
})
