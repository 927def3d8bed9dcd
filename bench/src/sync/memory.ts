import { measureEngine } from './engine-run.js'
import type { Measurement } from './measurement.js'
import type { SyncRig } from './rig.js'

/** The two catalogues whose first syncs are compared. */
export const SMALL = 10_000
export const LARGE = 1_000_000

/** The first sync of a small and of a large catalogue, each in a fresh worker process. */
export async function measureMemory(
  rig: SyncRig,
  signal: AbortSignal,
): Promise<{ small: Measurement; large: Measurement }> {
  const measure = async (name: string, products: number) => {
    await rig.addTenant(name, { products, seed: 1 })
    await rig.emptyProducts()
    process.stderr.write(`memory: first sync of ${products} products\n`)
    return measureEngine(rig, name, { created: products, updated: 0, unchanged: 0 }, signal)
  }
  return { small: await measure('small', SMALL), large: await measure('large', LARGE) }
}
