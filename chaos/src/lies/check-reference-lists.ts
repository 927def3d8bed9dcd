import type { AccountControl, ReferenceName } from '@espejo/simulator'
import { BrokenInvariant, type Rows, sameRow } from '../invariants.js'
import type { Rig } from '../rig/rig.js'
import type { Lie } from './draw-lie.js'

/** Each reference list: its name in the simulator, its route, and its kind in the mirror. */
const LISTS: readonly { name: ReferenceName; route: string; kind: string }[] = [
  { name: 'categorias', route: '/productos/categorias', kind: 'categories' },
  { name: 'marcas', route: '/productos/marcas', kind: 'brands' },
  { name: 'listas', route: '/productos/listas', kind: 'price_lists' },
  { name: 'temporadas', route: '/productos/temporadas', kind: 'seasons' },
  { name: 'sucursales', route: '/productos/sucursales', kind: 'branches' },
  { name: 'cotizaciones', route: '/general/cotizaciones', kind: 'exchange_rates' },
]

/** A run retires at most so many entries of a reference list without a confirmation. */
const MOST_UNCONFIRMED = 2

interface MirroredList {
  listed: Rows
  retired: readonly number[]
}

/**
 * I1 and I6 of the reference lists. No entry is retired that the ERP lists, except one or two of a list with a
 * repeated lie. After a complete full run every list equals the ERP's, except a list with a repeated lie, which may
 * be as it was before the run.
 * @param isWhole whether a full run has just completed
 * @throws BrokenInvariant
 */
export async function checkReferenceLists(
  admin: Rig['postgres']['admin'],
  tenant: { id: string; erp: AccountControl },
  given: { who: string; isWhole: boolean; lies: readonly Lie[] },
): Promise<void> {
  const truth = tenant.erp.lists()
  for (const { name, route, kind } of LISTS) {
    // The ERP does not show price list 0.
    const rows = new Map(
      truth[name].filter(({ id }) => name !== 'listas' || id !== 0).map((row) => [row.id, row]),
    )
    const { listed, retired } = await mirroredList(admin, tenant.id, kind)
    const lost = retired.filter((id) => rows.has(id))
    const isExcused = given.lies.some(({ fault, frequency }) => fault.route === route && frequency !== 'once')
    // An entry that two answers omit looks deleted; a larger loss needs a confirmation.
    if (lost.length > (isExcused ? MOST_UNCONFIRMED : 0)) {
      throw new BrokenInvariant('I6', `${given.who}: ${lost.length} of ${rows.size} ${name} are retired`)
    }
    if (!given.isWhole || isExcused) continue
    const wrong = [...rows].filter(([id, row]) => !sameRow(listed.get(id), row)).map(([id]) => id)
    if (wrong.length > 0) {
      const shown = wrong.slice(0, 8).join(' ')
      throw new BrokenInvariant(
        'I1',
        `${given.who}: complete, and ${wrong.length} of ${rows.size} ${name} are wrong: ${shown}`,
      )
    }
  }
}

async function mirroredList(
  admin: Rig['postgres']['admin'],
  tenantId: string,
  kind: string,
): Promise<MirroredList> {
  const { rows } = await admin.query<{ id: number; raw: unknown; isRetired: boolean }>(
    `SELECT cianbox_id::int AS id, raw, retired_at IS NOT NULL AS "isRetired"
       FROM catalog.reference_items WHERE tenant_id = $1 AND kind = $2`,
    [tenantId, kind],
  )
  return {
    listed: new Map(rows.filter(({ isRetired }) => !isRetired).map(({ id, raw }) => [id, raw])),
    retired: rows.filter(({ isRetired }) => isRetired).map(({ id }) => id),
  }
}
