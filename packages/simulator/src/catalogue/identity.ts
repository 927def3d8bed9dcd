import { hash32, pick } from '../random.js'
import { FIRST_BRAND, FIRST_CATEGORY } from './reference-lists.js'
import type { Assortment } from './vocabulary/assortment.js'
import { COLORS, SIZES } from './vocabulary/attributes.js'
import { TRADES, type TradeName } from './vocabulary/trades.js'

/** What a product is, without prices, stock and texts. */
export interface Identity {
  trade: TradeName
  assortment: Assortment
  item: string
  measure: string
  categoryId: number
  /** 0 on the few products without brand. */
  brandId: number
  isParent: boolean
  /** 0 if the product is not a variant. May be the id of a product that does not exist. */
  parentId: number
  size: string
  color: string
}

/** Ids are assigned in blocks: a block of clothing is one garment with its sizes and colours. */
const BLOCK = 16
/** Ids of parents that no list shows begin here. */
export const ORPHAN_PARENT_BASE = 900_000_000

/** The identity of a product: a pure function of seed and id. */
export function identify(seed: number, id: number): Identity {
  const block = Math.floor((id - 1) / BLOCK)
  const position = (id - 1) % BLOCK
  const draw = hash32(seed, block, 10) % 100
  const tradeIndex = draw < 42 ? 0 : draw < 76 ? 1 : 2
  const trade = TRADES[tradeIndex] ?? TRADES[0]
  const garment = trade.name === 'indumentaria'
  /** Variants differ only in size and colour, so the block is hashed instead of the id. */
  const key = garment ? block + 0x40000000 : id
  const assortment = pick(trade.assortments, hash32(seed, key, 11))
  const brand = hash32(seed, key, 14)
  const orphans = garment && hash32(seed, block, 15) % 10 === 0
  const variant = garment && position > 0
  return {
    trade: trade.name,
    assortment,
    item: pick(assortment.items, hash32(seed, key, 12)),
    measure: pick(assortment.measures, hash32(seed, key, 13)),
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
