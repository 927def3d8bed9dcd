import type { Fault } from '../src/index.js'
import { type Started, start } from './start.js'

/** The second page of four, with {@link faulty}'s catalogue. */
export const page2 = { limit: 50, page: 2 }

/** Starts with a fault in place; `truth(page)` is what the page would hold without it. */
export async function faulty(
  fault: Fault,
  products = 200,
): Promise<Started & { truth(page: number): Record<string, unknown>[] }> {
  const started = await start({ products })
  started.account.inject(fault)
  const rows = JSON.parse(JSON.stringify([...started.account.truth()])) as Record<string, unknown>[]
  return { ...started, truth: (page: number) => rows.slice((page - 1) * 50, page * 50) }
}
