import type { RequestCounts } from '../rig/simulator.js'
import { measureEngine, PAGE_SIZE } from '../sync/engine-run.js'
import type { SyncRig } from '../sync/rig.js'

/** Large enough to show one superfluous request per page. */
export const COUNTED_PRODUCTS = 50_000

/** What runs over a catalogue of {@link COUNTED_PRODUCTS} asked of the ERP, logins included. */
export interface RequestFigures {
  /** Of a full run that finds nothing changed. */
  full: number
  /** Pages that the catalogue has. */
  pages: number
  /** Requests of that run for the reference lists. */
  lists: number
  /** Of an incremental run that finds so many products changed. */
  afterTen: number
  afterThousand: number
}

/** Counts requests, without latency. Every run logs in again, as the first run of a day does. */
export async function countRequests(rig: SyncRig, signal: AbortSignal): Promise<RequestFigures> {
  const cuenta = 'counted'
  const products = COUNTED_PRODUCTS
  await rig.addTenant(cuenta, { products, seed: 1 })
  await rig.emptyProducts()
  await measureEngine(rig, cuenta, { created: products, updated: 0, unchanged: 0 }, signal)
  await rig.settleProducts()

  const before = listRequests(await rig.simulator.counts(cuenta))
  const full = await measureEngine(rig, cuenta, { created: 0, updated: 0, unchanged: products }, signal)
  const lists = listRequests(await rig.simulator.counts(cuenta)) - before

  const afterTen = await incrementalAfter(10)
  const afterThousand = await incrementalAfter(1000)
  return { full: full.requests, pages: products / PAGE_SIZE, lists, afterTen, afterThousand }

  async function incrementalAfter(edits: number): Promise<number> {
    await rig.simulator.edit(cuenta, edits)
    const expected = { created: 0, updated: edits }
    return (await measureEngine(rig, cuenta, expected, signal, 'incremental')).requests
  }
}

function listRequests({ byRoute }: RequestCounts): number {
  return Object.entries(byRoute)
    .filter(([route]) => /\/(categorias|marcas|listas|temporadas|sucursales|cotizaciones)$/.test(route))
    .reduce((sum, [, count]) => sum + count, 0)
}
