import type { Switches } from '@espejo/simulator'
import { describe, expect, it } from 'vitest'
import { useDatabase } from './support/database.js'
import { mirrorOf, truthOf } from './support/mirror.js'
import { useSyncService } from './support/sync-service.js'

const database = useDatabase()
const service = useSyncService(database)

/** Everything that the vendor's documentation leaves open and that could affect a run, with other values than the defaults. */
const READINGS: Partial<Switches>[] = [
  { costCurrency: 'list' },
  { calculatedCost: false },
  { offerPricing: 'net' },
  { offerPricing: 'default-list' },
  { imageOrder: 'agree' },
  { defaultLimit: 10 },
  { maxLimit: 50 },
  { unknownField: 'error' },
  { availableFieldsOmitOffer: false },
  { unlistedFields: 'unknown' },
  { malformedId: 'ignore' },
  { malformedId: 'error' },
  { unknownOrder: 'default' },
  { pageZero: 'error' },
  { stockFilter: 'negates' },
  { inactiveRows: 'by-id' },
  { inactiveRows: 'hidden' },
  { unassociatedRows: 'listed' },
  { pagingFields: false },
  { jsonArrayBody: 'empty' },
  { writeEnvelope: false },
]
const name = (reading: Partial<Switches>) => Object.entries(reading).flat().join(' = ')

async function run(tenantId: string, mode: 'full' | 'incremental' | 'ids', ids: string[] | null = null) {
  const started = await service.control.start(tenantId, { mode, ids, dryRun: false, startedBy: null })
  return service.ended(tenantId, started.run.id)
}

describe('the mirror equals the ERP’s list after each kind of run', () => {
  it.each(READINGS.map((reading, n) => ({ reading, what: name(reading), tenant: `reading-${n}` })))(
    'where $what',
    async ({ reading, tenant }) => {
      const account = await service.addTenant(tenant, { products: 230, switches: reading })
      account.setAssociated([3], false)
      const holds = async () => expect(await mirrorOf(database.pool, tenant)).toEqual(truthOf(account))
      expect(await run(tenant, 'full')).toMatchObject({ status: 'complete', errors: 0 })
      await holds()
      const listed = [...truthOf(account).keys()]
      account.edit(listed.slice(20, 30), { descripcion: 'Otra' })
      expect(await run(tenant, 'incremental')).toMatchObject({ status: 'complete', updated: 10 })
      await holds()
      account.edit(listed.slice(40, 45), { descripcion: 'Otra' })
      const ids = listed.slice(38, 48).map(String)
      expect(await run(tenant, 'ids', ids)).toMatchObject({ status: 'complete', updated: 5, unchanged: 5 })
      await holds()
    },
  )
})
