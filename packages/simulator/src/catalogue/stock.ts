import { hash32 } from '../random.js'
import type { Identity } from './identity.js'
import type { BranchStock } from './rows.js'

/** Stock added by a control, by branch. */
export type StockMoves = ReadonlyMap<number, number>

export interface Stock {
  total: number
  reserved: number
  branches: BranchStock[]
}

/**
 * A product's stock per branch: mostly small numbers, some 0, some negative (sold before the stock was
 * entered), with decimals if it is sold by weight or length. `moves` are added. As in the documented row,
 * the product's reserved stock may differ from the sum of its branches.
 */
export function stockOf(
  seed: number,
  id: number,
  identity: Identity,
  branchIds: readonly number[],
  moves?: StockMoves,
): Stock {
  const fractional = identity.assortment.fractional === true
  const soldOut = hash32(seed, id, 40) % 5 === 0
  let total = 0
  let reserved = 0
  const branches = branchIds.map((branchId) => {
    const draw = hash32(seed, id, 40 + branchId)
    const stock = round3((soldOut ? 0 : generated(draw, fractional)) + (moves?.get(branchId) ?? 0))
    const reservado = !soldOut && draw % 9 === 0 ? (draw >>> 8) % 4 : 0
    total += stock
    reserved += reservado
    return { id_sucursal: branchId, stock, reservado, disponible: round3(stock - reservado) }
  })
  const disagrees = hash32(seed, id, 48) % 4 === 0
  return { total: round3(total), reserved: disagrees ? 0 : reserved, branches }
}

function generated(draw: number, fractional: boolean): number {
  const kind = draw % 100
  const size = draw >>> 7
  if (kind < 25) return 0
  const amount = fractional ? (size % 200_000) / 1000 : size % (kind < 80 ? 40 : 900)
  return kind < 29 ? -(amount % 12) : amount
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000
}
