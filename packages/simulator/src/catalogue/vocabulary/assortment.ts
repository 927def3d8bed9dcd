export type NonEmpty<T> = readonly [T, ...T[]]

/** A leaf category with the words of its product names. */
export interface Assortment {
  category: string
  items: NonEmpty<string>
  measures: NonEmpty<string>
  /** Net price range in pesos. */
  price: readonly [low: number, high: number]
  /** Sold by weight or length: stock has decimals. */
  fractional?: boolean
}
