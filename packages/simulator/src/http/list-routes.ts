import type { Catalogue, ProductQuery } from '../catalogue/catalogue.js'
import type { ReferenceLists, ReferenceName } from '../catalogue/reference-lists.js'
import { PRODUCT_FIELDS, SIMPLE_FIELDS } from '../catalogue/rows.js'
import { slice } from '../catalogue/sequence.js'
import { toSimple } from '../catalogue/simple.js'
import { isHidden, PRODUCT_ORDERS, type ProductOrder, type Switches } from '../switches.js'
import { ApiError } from './api-error.js'
import { commaList, project, type RowSource } from './paging.js'

export type Dialect = 'v2' | 'simple'

/** What a list needs of its account. */
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
  const keep = project(query, fields)
  const ids = catalogue.select(productQuery(query, switches))
  return {
    fields,
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
  const order = query.get('order') || switches.defaultOrder
  if (!isProductOrder(order)) throw new ApiError(400, `Orden desconocido: ${order}`)
  const ids = commaList(query, 'id', switches)?.map(Number)
  const skus = commaList(query, 'codigo_interno', switches)
  const barcodes = commaList(query, 'codigo_barras', switches)
  const seasons = commaList(query, 'id_temporada', switches)?.map(Number)
  return {
    order,
    ...(ids && { ids }),
    ...(skus && { skus }),
    ...(barcodes && { barcodes }),
    ...(seasons && { seasons }),
    withStock: flag(query, 'con_stock'),
    withAvailable: flag(query, 'con_disponible'),
  }
}

function selectReference(
  { lists, switches }: ListContext,
  { list, nameField, fields }: ReferenceRoute,
  query: URLSearchParams,
): SelectedList {
  const order = query.get('order') || 'id-asc'
  if (!/^(name|id)-(asc|desc)$/.test(order)) throw new ApiError(400, `Orden desconocido: ${order}`)
  const ids = commaList(query, 'id', switches)?.map(Number)
  const hidden = list === 'listas' && !switches.defaultListListed ? 0 : undefined
  const direction = order.endsWith('desc') ? -1 : 1
  const rows = lists[list]
    .filter(({ id }) => id !== hidden && (!ids || ids.includes(id)))
    .map((row): { id: number } & Record<string, unknown> => ({ ...row }))
    .sort(
      (a, b) => direction * (order.startsWith('name') ? compare(a[nameField], b[nameField]) : a.id - b.id),
    )
  const keep = project(query, fields)
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

/** `con_stock=1` or `true`, or the bare name. */
function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value !== 'false'
}
