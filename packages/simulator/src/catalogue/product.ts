import { formatDate, formatDateTime } from '../argentine-time.js'
import { hash32, pick } from '../random.js'
import type { RowSwitches } from '../switches/row-switches.js'
import type { Switches } from '../switches.js'
import { barcodeOf, skuOf } from './codes.js'
import { type Identity, identify } from './identity.js'
import { imagesOf, mixedUrls } from './images.js'
import type { Change, Rise } from './overlay.js'
import { basisOf, makeOffer, type PriceBasis, priceOf, round4, vatOf } from './pricing.js'
import type { Price, ProductRow } from './rows.js'
import { stockOf } from './stock.js'
import { descriptionOf, nameOf } from './text.js'
import { GENDERS, LOCATIONS, MATERIALS, SEASONS, WARRANTIES } from './vocabulary/attributes.js'

/** What a row depends on besides its id. */
export interface World {
  cuenta: string
  seed: number
  vat: Switches['vat']
  readonly values: Readonly<RowSwitches>
  branchIds: readonly number[]
  brandName(id: number): string
  categoryName(id: number): string
  seasonName(id: number): string
  rate(currencyId: number): number
  rises: readonly Rise[]
}

/** Epoch milliseconds. */
export interface Times {
  generatedAt: number
  /** Equal to `generatedAt` until a change. */
  updatedAt: number
}

/**
 * The row of a product: a pure function of its arguments.
 *
 * @param change the product's entry in the overlay
 */
export function makeRow(world: World, id: number, times: Times, change?: Readonly<Change>): ProductRow {
  const { seed, values } = world
  const identity = identify(seed, id)
  const updated = formatDateTime(times.updatedAt)
  const generated = times.updatedAt === times.generatedAt ? updated : formatDateTime(times.generatedAt)
  const brand = identity.brandId === 0 ? '' : world.brandName(identity.brandId)
  const name = nameOf(seed, id, identity, brand)
  const vat = vatOf(seed, id, identity)
  const stock = stockOf(seed, id, identity, world.branchIds, change?.stock)
  const bases = basisOf(seed, id, identity)
  const prices: Price[] = []
  let pricedAt = times.generatedAt - (hash32(seed, id, 60) % 90) * 86_400_000
  for (const basis of bases) {
    const at = applyChanges(basis, world.rises, change)
    if (basis.listId === 0 && at !== null) pricedAt = at
    const priceUpdated = at === null ? generated : formatDateTime(at)
    prices.push(priceOf(basis, vat, world.rate(basis.currencyId), priceUpdated))
  }
  const first = bases[0] as PriceBasis
  const rate = world.rate(first.currencyId)
  const cost = round4(first.neto * (0.55 + (hash32(seed, id, 61) % 25) / 100))
  const offered = hash32(seed, id, 62) % 12 === 0
  const offer = offered
    ? makeOffer(first, round4(first.neto * 0.85), vat, rate, prices[0]?.updated ?? '')
    : null
  const listed = offer && values.offerPricing === 'default-list' ? [offer.price, ...prices.slice(1)] : prices
  const netPrice = offer && values.offerPricing !== 'apart' ? offer.price : prices[0]
  const images = imagesOf(world.cuenta, seed, id)
  const row: ProductRow = {
    id,
    updated,
    producto: name,
    id_marca: identity.brandId,
    marca: brand,
    id_categoria: identity.categoryId,
    categoria: world.categoryName(identity.categoryId),
    descripcion: descriptionOf(seed, id, name),
    precio_actualizado: formatDate(pricedAt),
    codigo_interno: skuOf(seed, id),
    codigo_barras: barcodeOf(seed, id),
    costo: values.costCurrency === 'list' ? cost : round4(cost * rate),
    ...(values.calculatedCost && {
      costo_neto_calculado: round4(cost * rate),
      costo_final_calculado: round4(cost * rate * vat),
    }),
    stock_total: stock.total,
    stock_sucursal: stock.branches,
    reservado: stock.reserved,
    cantidad_minima: hash32(seed, id, 63) % 4 === 0 ? hash32(seed, id, 64) % 20 : 0,
    cantidad_critica: hash32(seed, id, 63) % 8 === 0 ? hash32(seed, id, 65) % 6 : 0,
    precio_neto: netPrice?.neto_calculado ?? 0,
    precio_oferta: offer?.price.neto ?? 0,
    precio_oferta_calculado: offer?.unrounded ?? 0,
    oferta: offered,
    detalle_oferta: offer?.detail ?? null,
    precios: listed,
    alicuota_iva: shownVat(world, id, vat),
    ubicacion: pick(LOCATIONS, hash32(seed, id, 66)),
    talle: identity.size,
    color: identity.color,
    ...garmentFields(world, id, identity),
    estado: hash32(seed, id, 67) % 40 === 0 ? 'Usado' : 'Nuevo',
    garantia: pick(WARRANTIES, hash32(seed, id, 68)),
    imagenes: values.imageOrder === 'mixed' ? mixedUrls(seed, id, images) : images.map(({ url }) => url),
    detalle_imagenes: images,
    vigente: isGeneratedActive(seed, id),
    alto: hash32(seed, id, 70) % 3 === 0 ? (hash32(seed, id, 71) % 2000) / 10 : 0,
    ancho: hash32(seed, id, 70) % 3 === 0 ? (hash32(seed, id, 72) % 2000) / 10 : 0,
    profundidad: hash32(seed, id, 70) % 3 === 0 ? (hash32(seed, id, 73) % 900) / 10 : 0,
    peso: hash32(seed, id, 70) % 3 === 0 ? (hash32(seed, id, 74) % 30_000) / 1000 : 0,
    es_padre: identity.isParent,
    id_producto_padre: identity.parentId,
    afecta_stock: !identity.isParent,
  }
  return change ? Object.assign(row, change.fields) : row
}

/** Whether the generated product is active. */
export function isGeneratedActive(seed: number, id: number): boolean {
  return hash32(seed, id, 69) % 33 !== 0
}

/** Id of the product's season, 0 for none; the row shows its name. */
export function seasonOf(seed: number, id: number): number {
  const garment = identify(seed, id).trade === 'indumentaria'
  return garment ? (hash32(seed, Math.floor((id - 1) / 16), 75) % SEASONS.length) + 1 : 0
}

/** Applies edits and rises to a generated price. Returns when it last changed, null for never. */
function applyChanges(basis: PriceBasis, rises: readonly Rise[], change?: Readonly<Change>): number | null {
  const edit = change?.netos.get(basis.listId)
  let at: number | null = null
  if (edit) {
    basis.neto = edit.neto
    at = edit.at
  }
  for (let i = edit?.risesBefore ?? 0; i < rises.length; i++) {
    const rise = rises[i]
    if (rise?.listId !== basis.listId) continue
    basis.neto = round4(basis.neto * rise.factor)
    at = rise.at
  }
  return at
}

function garmentFields(
  world: World,
  id: number,
  identity: Identity,
): Pick<ProductRow, 'genero' | 'temporada' | 'material'> {
  if (identity.trade !== 'indumentaria') return { genero: null, temporada: '', material: '' }
  const block = Math.floor((id - 1) / 16)
  return {
    genero: pick(GENDERS, hash32(world.seed, block, 76)),
    temporada: world.seasonName(seasonOf(world.seed, id)),
    material: pick(MATERIALS, hash32(world.seed, block, 77)),
  }
}

function shownVat(world: World, id: number, vat: number): number {
  const percent = world.vat === 'percent' || (world.vat === 'mixed' && hash32(world.seed, id, 78) % 40 === 0)
  return percent ? round4((vat - 1) * 100) : vat
}
