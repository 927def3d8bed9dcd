import { hash32, pick } from '../random.js'
import { FIRST_BRAND, FIRST_CATEGORY } from './reference-lists.js'
import type { Assortment } from './vocabulary/assortment.js'
import { COLORS, SIZES } from './vocabulary/attributes.js'
import { TRADES, type TradeName } from './vocabulary/trades.js'

/** What a product is, before prices, stock and words. */
export interface Identity {
  trade: TradeName
  assortment: Assortment
  item: string
  measure: string
  categoryId: number
  /** 0 on the few rows that have none. */
  brandId: number
  isParent: boolean
  /** 0 when the product is no variant. May name a product that does not exist. */
  parentId: number
  size: string
  color: string
}

/** Ids are dealt in blocks: a block of clothing is one garment with its sizes and colours. */
const BLOCK = 16
/** Parents that no list shows have ids from here on. */
export const ORPHAN_PARENT_BASE = 900_000_000

/** The identity of a product: a pure function of seed and id. */
export function identify(seed: number, id: number): Identity {
  const block = Math.floor((id - 1) / BLOCK)
  const position = (id - 1) % BLOCK
  const dealt = hash32(seed, block, 10) % 100
  const tradeIndex = dealt < 42 ? 0 : dealt < 76 ? 1 : 2
  const trade = TRADES[tradeIndex] ?? TRADES[0]
  const garment = trade.name === 'indumentaria'
  /** Variants share everything but size and colour, so their dice are the block's. */
  const die = garment ? block + 0x40000000 : id
  const assortment = pick(trade.assortments, hash32(seed, die, 11))
  const brand = hash32(seed, die, 14)
  const orphans = garment && hash32(seed, block, 15) % 10 === 0
  const variant = garment && position > 0
  return {
    trade: trade.name,
    assortment,
    item: pick(assortment.items, hash32(seed, die, 12)),
    measure: pick(assortment.measures, hash32(seed, die, 13)),
    categoryId: (FIRST_CATEGORY[tradeIndex] ?? 1) + trade.assortments.indexOf(assortment),
    brandId: brand % 200 === 0 ? 0 : (FIRST_BRAND[tradeIndex] ?? 1) + (brand % trade.brands.length),
    isParent: garment && position === 0 && !orphans,
    parentId: variant ? (orphans ? ORPHAN_PARENT_BASE + block : block * BLOCK + 1) : 0,
    size: variant ? (SIZES[(position - 1) % SIZES.length] ?? '') : '',
    color: variant
      ? (COLORS[(Math.floor((position - 1) / SIZES.length) + hash32(seed, block, 16)) % COLORS.length] ?? '')
      : '',
  }
}
