import type { Assortment, NonEmpty } from './assortment.js'

export const CLOTHING: NonEmpty<Assortment> = [
  {
    category: 'REMERAS',
    items: ['REMERA LISA ALGODÓN', 'REMERA ESTAMPADA', 'MUSCULOSA MORLEY'],
    measures: ['REGULAR', 'OVERSIZE'],
    price: [9800, 32000],
  },
  {
    category: 'PANTALONES',
    items: ['PANTALÓN CARGO GABARDINA', 'JOGGING RÚSTICO', 'PALAZZO LINO'],
    measures: ['RECTO', 'CHUPÍN'],
    price: [24000, 78000],
  },
  {
    category: 'JEANS',
    items: ['JEAN MOM', 'JEAN RECTO', 'JEAN ELASTIZADO'],
    measures: ['TIRO ALTO', 'TIRO MEDIO'],
    price: [32000, 98000],
  },
  {
    category: 'BUZOS',
    items: ['BUZO CANGURO', 'BUZO FRIZA', 'HOODIE CON CIERRE'],
    measures: ['REGULAR', 'CROP'],
    price: [28000, 86000],
  },
  {
    category: 'CAMPERAS',
    items: ['CAMPERA ROMPEVIENTO', 'CAMPERA PUFFER', 'CAMPERA DE JEAN'],
    measures: ['CON CAPUCHA', 'SIN MANGAS'],
    price: [48000, 260000],
  },
  {
    category: 'CAMISAS',
    items: ['CAMISA LINO', 'CAMISA OXFORD', 'CAMISA CUADRILLÉ'],
    measures: ['MANGA LARGA', 'MANGA CORTA'],
    price: [22000, 74000],
  },
  {
    category: 'VESTIDOS',
    items: ['VESTIDO MIDI', 'VESTIDO CAMISERO'],
    measures: ['LARGO', 'CORTO'],
    price: [26000, 99000],
  },
  {
    category: 'ROPA INTERIOR',
    items: ['BÓXER ALGODÓN', 'BOMBACHA VEDETINA', 'CORPIÑO TRIÁNGULO'],
    measures: ['x UNIDAD', 'PACK x 3'],
    price: [4200, 26000],
  },
  {
    category: 'MEDIAS',
    items: ['MEDIA SOQUETE', 'MEDIA TRES CUARTOS'],
    measures: ['x PAR', 'PACK x 3'],
    price: [1800, 14000],
  },
  {
    category: 'CALZADO',
    items: ['ZAPATILLA URBANA', 'BORCEGO CUERO', 'OJOTA EVA'],
    measures: ['CAÑA BAJA', 'CAÑA ALTA'],
    price: [14000, 185000],
  },
]

/** Fictional brands, so that no real one appears in test data. */
export const CLOTHING_BRANDS: NonEmpty<string> = [
  'PATAGONIA NORTE',
  'LA COSTURERA',
  'URBANA BA',
  'ÍNDIGO',
  'TELAR',
  'ALGODONERO',
  'CHE REMERA',
  'RUTA 40',
  'ABRIGO SUR',
  'LINO & LANA',
  'PASO FIRME',
  'NIDO',
  'KAIKÉN',
  'BARRIO',
  'MAREA',
  'SEDA ROJA',
  'DENIM CO.',
  'POMELO KIDS',
]
