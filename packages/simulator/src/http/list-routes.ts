import type { Catalogue, ProductQuery } from '../catalogue/catalogue.js'
import type { ReferenceLists, ReferenceName } from '../catalogue/reference-lists.js'
import { PRODUCT_FIELDS, SIMPLE_FIELDS, UNLISTED_FIELDS } from '../catalogue/rows.js'
import { slice } from '../catalogue/sequence.js'
import { toSimple } from '../catalogue/simple.js'
import { isHidden, PRODUCT_ORDERS, type ProductOrder, type Switches } from '../switches.js'
import { ApiError } from './api-error.js'
import { commaList, idList, project, type RowSource } from './paging.js'

export type Dialect = 'v2' | 'simple'

/** The parts of an account that a list needs. */
export interface ListContext {
  catalogue: Catalogue
  lists: ReferenceLists
  dialect: Dialect
  switches: Readonly<Switches>
}

/** A list as a request selects it. */
export interface SelectedList {
  fields: readonly string[]
  source: RowSource
}

interface ReferenceRoute {
  list: ReferenceName
  nameField: string
  fields: readonly string[]
}

const REFERENCE_ROUTES: Readonly<Record<string, ReferenceRoute>> = {
  '/productos/categorias': {
    list: 'categorias',
    nameField: 'categoria',
    fields: ['id', 'categoria', 'vigente', 'padre'],
  },
  '/productos/marcas': { list: 'marcas', nameField: 'marca', fields: ['id', 'marca', 'vigente'] },
  '/productos/listas': {
    list: 'listas',
    nameField: 'lista',
    fields: ['id', 'lista', 'vencimiento', 'vigente'],
  },
  '/productos/temporadas': {
    list: 'temporadas',
    nameField: 'temporada',
    fields: ['id', 'temporada', 'vigente'],
  },
  '/productos/sucursales': {
    list: 'sucursales',
    nameField: 'sucursal',
    fields: ['id', 'sucursal', 'telefono', 'domicilio', 'localidad', 'provincia', 'vigente'],
  },
  '/general/cotizaciones': {
    list: 'cotizaciones',
    nameField: 'moneda',
    fields: ['id', 'moneda', 'simbolo', 'codigo_afip', 'cotizacion', 'principal', 'vigente'],
  },
}

export function isListRoute(route: string): boolean {
  return route === '/productos' || Object.hasOwn(REFERENCE_ROUTES, route)
}

/**
 * The rows that a request to a list route selects, not yet cut into pages.
 *
 * @throws ApiError 400 for an order that the list does not know or for too many ids
 */
export function selectList(context: ListContext, route: string, query: URLSearchParams): SelectedList {
  const reference = REFERENCE_ROUTES[route]
  return reference ? selectReference(context, reference, query) : selectProducts(context, query)
}

function selectProducts({ catalogue, dialect, switches }: ListContext, query: URLSearchParams): SelectedList {
  const fields: readonly string[] = dialect === 'v2' ? PRODUCT_FIELDS : SIMPLE_FIELDS
  const announced = switches.availableFieldsOmitOffer
    ? fields.filter((name) => !UNLISTED_FIELDS.includes(name))
    : fields
  const keep = project(query, switches.unlistedFields === 'shown' ? fields : announced, switches)
  const ids = catalogue.select(productQuery(query, switches))
  return {
    fields: announced,
    source: {
      count: ids.count,
      read: (offset, limit) =>
        slice(ids, offset, limit).flatMap((id) => {
          const row = isHidden(id, switches) ? undefined : catalogue.row(id)
          return row ? [keep(dialect === 'v2' ? row : toSimple(row))] : []
        }),
    },
  }
}

function productQuery(query: URLSearchParams, switches: Readonly<Switches>): ProductQuery {
  const requested = query.get('order') || switches.defaultOrder
  const order = isProductOrder(requested) ? requested : fallBack(requested, switches.defaultOrder, switches)
  const ids = idList(query, 'id', switches)
  const skus = commaList(query, 'codigo_interno', switches)
  const barcodes = commaList(query, 'codigo_barras', switches)
  const seasons = idList(query, 'id_temporada', switches)
  return {
    order,
    ...(ids && { ids }),
    ...(skus && { skus }),
    ...(barcodes && { barcodes }),
    ...(seasons && { seasons }),
    withStock: stockFilter(query, 'con_stock', switches),
    withAvailable: stockFilter(query, 'con_disponible', switches),
    includeInactive: query.get('vigente') === 'all',
  }
}

function selectReference(
  { lists, switches }: ListContext,
  { list, nameField, fields }: ReferenceRoute,
  query: URLSearchParams,
): SelectedList {
  const requested = query.get('order') || 'id-asc'
  const order = /^(name|id)-(asc|desc)$/.test(requested) ? requested : fallBack(requested, 'id-asc', switches)
  const ids = idList(query, 'id', switches)
  const hidden = list === 'listas' && !switches.defaultListListed ? 0 : undefined
  const direction = order.endsWith('desc') ? -1 : 1
  const rows = lists[list]
    .filter(({ id }) => id !== hidden && (!ids || ids.includes(id)))
    .map((row): { id: number } & Record<string, unknown> => ({ ...row }))
    .sort(
      (a, b) => direction * (order.startsWith('name') ? compare(a[nameField], b[nameField]) : a.id - b.id),
    )
  const keep = project(query, fields, switches)
  return {
    fields,
    source: { count: rows.length, read: (offset, limit) => rows.slice(offset, offset + limit).map(keep) },
  }
}

function compare(a: unknown, b: unknown): number {
  return String(a).localeCompare(String(b), 'es')
}

function isProductOrder(text: string): text is ProductOrder {
  return (PRODUCT_ORDERS as readonly string[]).includes(text)
}

/** The order for one that does not exist. @throws ApiError 400 unless the switch allows the default */
function fallBack<T>(requested: string, order: T, switches: Readonly<Switches>): T {
  if (switches.unknownOrder === 'default') return order
  throw new ApiError(400, `Orden desconocido: ${requested}`)
}

/** `con_stock=1`, `true` or the bare name selects products with stock; a switch decides what 0 and `false` select. */
function stockFilter(
  query: URLSearchParams,
  name: string,
  { stockFilter: reading }: Readonly<Switches>,
): boolean | undefined {
  const value = query.get(name)
  if (value === null) return undefined
  if (reading === 'present' || (value !== '0' && value !== 'false')) return true
  return reading === 'negates' ? false : undefined
}
