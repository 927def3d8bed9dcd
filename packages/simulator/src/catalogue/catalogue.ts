import { createPermutation } from '../permutation.js'
import { deriveSeed } from '../random.js'
import type { ProductOrder, Switches } from '../switches.js'
import { idsByBarcode, idsBySku } from './codes.js'
import { identify } from './identity.js'
import { createOrders, type Orders } from './orders.js'
import { createOverlay, type Overlay } from './overlay.js'
import { makeRow, seasonOf, type World } from './product.js'
import type { ReferenceLists } from './reference-lists.js'
import type { ProductRow } from './rows.js'
import { type IdSequence, iterate, listed } from './sequence.js'
import { stockOf } from './stock.js'
import { modifiedAt } from './timeline.js'
import { createVisibility } from './visibility.js'

export interface CatalogueOptions {
  cuenta: string
  seed: number
  /** Number of generated products. */
  products: number
  lists: ReferenceLists
  /** Called at every use, so that a switch takes effect at once. */
  switches(): Readonly<Switches>
}

/** A selection of products by the parameters of `/productos`. */
export interface ProductQuery {
  order: ProductOrder
  ids?: readonly number[]
  skus?: readonly string[]
  barcodes?: readonly string[]
  seasons?: readonly number[]
  /** True: only those with stock; false: only those without. */
  withStock?: boolean | undefined
  withAvailable?: boolean | undefined
  /** `vigente=all`: include products that the switch `inactiveRows` hides. */
  includeInactive?: boolean
}

/** The products of an account: generated ones with an overlay of changes. */
export interface Catalogue {
  readonly seed: number
  readonly overlay: Overlay
  readonly orders: Orders
  row(id: number): ProductRow | undefined
  select(query: ProductQuery): IdSequence
  /** Whether the default list shows this product. */
  isListed(id: number): boolean
}

/** Selections by season or stock are scanned once and cached until something changes. */
const MAX_CACHED_SELECTIONS = 4

export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { seed, products, lists } = options
  const overlay = createOverlay(products)
  const ranks = createPermutation(products, deriveSeed(seed, 'modified'))
  const orders = createOrders(overlay, ranks)
  const visibility = createVisibility(seed, overlay, options.switches)
  const cached = new Map<string, Uint32Array>()
  let cachedVersion = overlay.version
  const world: World = {
    cuenta: options.cuenta,
    seed,
    rises: overlay.rises,
    branchIds: lists.sucursales.map(({ id }) => id),
    get vat() {
      return options.switches().vat
    },
    get values() {
      return options.switches()
    },
    brandName: (id) => lists.marcas[id - 1]?.marca ?? '',
    categoryName: (id) => lists.categorias[id - 1]?.categoria ?? '',
    seasonName: (id) => lists.temporadas[id - 1]?.temporada ?? '',
    rate: (currencyId) => lists.cotizaciones[currencyId - 1]?.cotizacion ?? 1,
  }

  function row(id: number): ProductRow | undefined {
    if (!overlay.exists(id)) return undefined
    const change = overlay.changes.get(id)
    const born = change?.movedAt ?? 0
    const generatedAt = id <= products ? modifiedAt(ranks.forward(id - 1), products) : born
    const updatedAt = Math.max(change?.movedAt ?? generatedAt, overlay.touchedAllAt ?? 0)
    return makeRow(world, id, { generatedAt, updatedAt }, change)
  }

  function passes(id: number, query: ProductQuery): boolean {
    if (visibility.isHidden(id, query)) return false
    if (query.seasons && !query.seasons.includes(seasonOf(seed, id))) return false
    const { withStock, withAvailable } = query
    if (withStock === undefined && withAvailable === undefined) return true
    const { total, reserved } = figures(id)
    const hasStock = withStock === undefined || total > 0 === withStock
    return hasStock && (withAvailable === undefined || total - reserved > 0 === withAvailable)
  }

  function figures(id: number): { total: number; reserved: number } {
    const change = overlay.changes.get(id)
    const stock = stockOf(seed, id, identify(seed, id), world.branchIds, change?.stock)
    return {
      total: change?.fields.stock_total ?? stock.total,
      reserved: change?.fields.reservado ?? stock.reserved,
    }
  }

  /** A generated code contains its id; a code that an edit wrote is searched among the edited products. */
  function idsByCode(field: 'codigo_interno' | 'codigo_barras', codes: readonly string[]): Set<number> {
    const generated = field === 'codigo_interno' ? idsBySku : idsByBarcode
    const ids = new Set(codes.flatMap((code) => generated(seed, code)))
    for (const [id, change] of overlay.changes) {
      const written = change.fields[field]
      if (written === undefined) continue
      if (codes.includes(written)) ids.add(id)
      else ids.delete(id)
    }
    return ids
  }

  function named(query: ProductQuery): number[] | undefined {
    const sets: Set<number>[] = []
    if (query.ids) sets.push(new Set(query.ids))
    if (query.skus) sets.push(idsByCode('codigo_interno', query.skus))
    if (query.barcodes) sets.push(idsByCode('codigo_barras', query.barcodes))
    const [first, ...rest] = sets
    if (!first) return undefined
    return [...first].filter((id) => overlay.exists(id) && rest.every((set) => set.has(id)))
  }

  function scanned(query: ProductQuery): Uint32Array {
    if (cachedVersion !== overlay.version) cached.clear()
    cachedVersion = overlay.version
    const { inactiveRows, unassociatedRows } = options.switches()
    const key = JSON.stringify([query, inactiveRows, unassociatedRows])
    const known = cached.get(key)
    if (known) return known
    const found: number[] = []
    for (const id of iterate(orders.sequence(query.order))) if (passes(id, query)) found.push(id)
    const oldest = cached.keys().next()
    if (cached.size >= MAX_CACHED_SELECTIONS && !oldest.done) cached.delete(oldest.value)
    const ids = Uint32Array.from(found)
    cached.set(key, ids)
    return ids
  }

  function select(query: ProductQuery): IdSequence {
    const ids = named(query)
    if (ids) {
      return listed(
        orders.sort(
          ids.filter((id) => passes(id, query)),
          query.order,
        ),
      )
    }
    const filtered = [query.seasons, query.withStock, query.withAvailable].some((by) => by !== undefined)
    return filtered || visibility.hidesAny(query) ? listed(scanned(query)) : orders.sequence(query.order)
  }

  const isListed = (id: number) => overlay.exists(id) && !visibility.isHidden(id, {})

  return { seed, overlay, orders, row, select, isListed }
}
