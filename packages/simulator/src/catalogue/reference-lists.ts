import { hash32 } from '../random.js'
import { SEASONS } from './vocabulary/attributes.js'
import { TRADES } from './vocabulary/trades.js'

interface Category {
  id: number
  categoria: string
  vigente: boolean
  padre: number
}
interface Brand {
  id: number
  marca: string
  vigente: boolean
}
interface PriceList {
  id: number
  lista: string
  vencimiento: string | null
  vigente: boolean
}
interface Season {
  id: number
  temporada: string
  vigente: boolean
}
interface Branch {
  id: number
  sucursal: string
  telefono: string
  domicilio: string
  localidad: string
  provincia: string
  vigente: boolean
}
interface Currency {
  id: number
  moneda: string
  simbolo: string
  codigo_afip: string
  cotizacion: number
  principal: boolean
  vigente: boolean
}

/** The reference lists of an account, each sorted by id. `listas` contains list 0 too. */
export interface ReferenceLists {
  categorias: Category[]
  marcas: Brand[]
  listas: PriceList[]
  temporadas: Season[]
  sucursales: Branch[]
  cotizaciones: Currency[]
}
export type ReferenceName = keyof ReferenceLists

/** Pesos per dollar in a new account. */
export const INITIAL_DOLLAR = 1285.5

/** The reference lists of a new account: a pure function of the seed. */
export function createReferenceLists(seed: number): ReferenceLists {
  const active = (id: number, salt: number) => hash32(seed, id, salt) % 20 !== 0
  const roots = TRADES.map((trade, index) => ({
    id: index + 1,
    categoria: trade.root,
    vigente: true,
    padre: 0,
  }))
  const leaves = TRADES.flatMap((trade, index) =>
    trade.assortments.map(({ category }) => ({ category, parent: index + 1 })),
  ).map(({ category, parent }, index) => {
    const id = roots.length + index + 1
    return { id, categoria: category, vigente: active(id, 1), padre: parent }
  })
  return {
    categorias: [...roots, ...leaves],
    marcas: TRADES.flatMap((trade) => trade.brands).map((marca, index) => ({
      id: index + 1,
      marca,
      vigente: active(index + 1, 2),
    })),
    listas: [
      { id: 0, lista: 'Lista general', vencimiento: null, vigente: true },
      { id: 1, lista: 'Efectivo y transferencia', vencimiento: null, vigente: true },
      { id: 2, lista: 'Tarjeta 3 y 6 cuotas', vencimiento: null, vigente: true },
      { id: 3, lista: 'Mayorista u$s', vencimiento: null, vigente: true },
      { id: 4, lista: 'Hot Sale 2024', vencimiento: '2024-05-15', vigente: false },
    ],
    temporadas: SEASONS.map((temporada, index) => ({ id: index + 1, temporada, vigente: index !== 5 })),
    sucursales: [
      branch(
        1,
        'Casa central',
        '011 4555-1234',
        'Av. Rivadavia 4820',
        'CABA',
        'Ciudad Autónoma de Buenos Aires',
      ),
      branch(2, 'Depósito Ñuñorco', '', 'Ruta 8 km 37,5', 'Pilar', 'Buenos Aires'),
      branch(3, 'Sucursal Córdoba', '0351 422-9876', 'Bv. San Juan 1010', 'Córdoba', 'Córdoba'),
    ],
    cotizaciones: [
      currency(1, 'Peso', '$', 'PES', 1, true),
      currency(2, 'Dólar', 'u$s', 'DOL', INITIAL_DOLLAR, true),
      currency(3, 'Euro', '€', '060', 1412.75, false),
    ],
  }
}

/** Id of the first leaf category of each trade, in the order of {@link TRADES}. */
export const FIRST_CATEGORY = firstIds(TRADES.length + 1, (trade) => trade.assortments.length)
/** Id of the first brand of each trade. */
export const FIRST_BRAND = firstIds(1, (trade) => trade.brands.length)

function firstIds(start: number, size: (trade: (typeof TRADES)[number]) => number): number[] {
  let next = start
  return TRADES.map((trade) => {
    const first = next
    next += size(trade)
    return first
  })
}

function branch(
  id: number,
  sucursal: string,
  telefono: string,
  domicilio: string,
  localidad: string,
  provincia: string,
): Branch {
  return { id, sucursal, telefono, domicilio, localidad, provincia, vigente: true }
}

function currency(
  id: number,
  moneda: string,
  simbolo: string,
  codigo_afip: string,
  cotizacion: number,
  vigente: boolean,
): Currency {
  return { id, moneda, simbolo, codigo_afip, cotizacion, principal: id === 1, vigente }
}
