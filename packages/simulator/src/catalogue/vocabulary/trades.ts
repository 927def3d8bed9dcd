import type { Assortment, NonEmpty } from './assortment.js'
import { CLOTHING, CLOTHING_BRANDS } from './clothing.js'
import { HARDWARE, HARDWARE_BRANDS } from './hardware.js'
import { SUPERMARKET, SUPERMARKET_BRANDS } from './supermarket.js'

/** The trades that a catalogue mixes. */
export type TradeName = 'ferreteria' | 'supermercado' | 'indumentaria'

export interface Trade {
  name: TradeName
  /** Name of the root category. */
  root: string
  assortments: NonEmpty<Assortment>
  brands: NonEmpty<string>
}

/** In the order of the ids of their root categories. */
export const TRADES: readonly [Trade, Trade, Trade] = [
  { name: 'ferreteria', root: 'FERRETERÍA', assortments: HARDWARE, brands: HARDWARE_BRANDS },
  { name: 'supermercado', root: 'SUPERMERCADO', assortments: SUPERMARKET, brands: SUPERMARKET_BRANDS },
  { name: 'indumentaria', root: 'INDUMENTARIA', assortments: CLOTHING, brands: CLOTHING_BRANDS },
]
