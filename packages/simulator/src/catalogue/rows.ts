/** A branch's share of a product's stock. */
export interface BranchStock {
  id_sucursal: number
  stock: number
  reservado: number
  disponible: number
}

/** A product's price on one list. */
export interface Price {
  id_lista_precio: number
  updated: string
  id_moneda: number
  neto: number
  final: number
  redondeo: number
  neto_calculado: number
  final_calculado: number
}

export interface OfferDetail {
  precio_oferta_neto: number
  precio_oferta_final: number
  precio_oferta_neto_calculado: number
  precio_oferta_final_calculado: number
  precio_original_neto: number
  precio_original_final: number
  precio_original_neto_calculado: number
  precio_original_final_calculado: number
}

/** A row of `/productos`, v2 dialect: every field of the v0 contract's table. */
export interface ProductRow {
  id: number
  updated: string
  producto: string
  id_marca: number
  marca: string
  id_categoria: number
  categoria: string
  descripcion: string
  precio_actualizado: string
  codigo_interno: string
  codigo_barras: string
  costo: number
  /** Absent if the switch `calculatedCost` is off. */
  costo_neto_calculado?: number
  costo_final_calculado?: number
  stock_total: number
  stock_sucursal: BranchStock[]
  reservado: number
  cantidad_minima: number
  cantidad_critica: number
  precio_neto: number
  precio_oferta: number
  precio_oferta_calculado: number
  oferta: boolean
  detalle_oferta: OfferDetail | null
  precios: Price[]
  alicuota_iva: number
  ubicacion: string
  talle: string
  color: string
  genero: string | null
  temporada: string
  material: string
  estado: string
  garantia: string
  imagenes: string[]
  detalle_imagenes: { id_imagen: number; orden: number; url: string }[]
  vigente: boolean
  alto: number
  ancho: number
  profundidad: number
  peso: number
  es_padre: boolean
  id_producto_padre: number
  afecta_stock: boolean
}

/** A row of `/productos` in the v0 contract's simple dialect. Amounts and flags are text on some rows. */
export interface SimpleProductRow {
  id: number
  codigo: string
  codigo_barras: string
  nombre: string
  descripcion: string
  precio_venta: number | string
  precio_costo: number | string
  stock: number | string
  categoria_id: number
  marca_id: number
  activo: boolean | '1' | '0'
}

export type AnyProductRow = ProductRow | SimpleProductRow

/** `available_fields` of `/productos`, in the order of the vendor's documentation. */
export const PRODUCT_FIELDS: readonly (keyof ProductRow)[] = [
  'id',
  'updated',
  'producto',
  'id_marca',
  'marca',
  'id_categoria',
  'categoria',
  'descripcion',
  'precio_actualizado',
  'codigo_interno',
  'codigo_barras',
  'costo',
  'costo_neto_calculado',
  'costo_final_calculado',
  'stock_total',
  'stock_sucursal',
  'reservado',
  'cantidad_minima',
  'cantidad_critica',
  'precio_neto',
  'precio_oferta',
  'precio_oferta_calculado',
  'oferta',
  'detalle_oferta',
  'precios',
  'alicuota_iva',
  'ubicacion',
  'talle',
  'color',
  'genero',
  'temporada',
  'material',
  'estado',
  'garantia',
  'imagenes',
  'detalle_imagenes',
  'vigente',
  'alto',
  'ancho',
  'profundidad',
  'peso',
  'es_padre',
  'id_producto_padre',
  'afecta_stock',
]

/** Fields that the documented rows have and the documented `available_fields` do not. */
export const UNLISTED_FIELDS: readonly string[] = ['precio_oferta_calculado', 'detalle_oferta']

export const SIMPLE_FIELDS: readonly (keyof SimpleProductRow)[] = [
  'id',
  'codigo',
  'codigo_barras',
  'nombre',
  'descripcion',
  'precio_venta',
  'precio_costo',
  'stock',
  'categoria_id',
  'marca_id',
  'activo',
]
