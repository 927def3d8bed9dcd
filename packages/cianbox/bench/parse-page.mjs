// Rows per second of the page parser, compared with only JSON.parse on the same pages.
// Usage: npm run build, then node bench/parse-page.mjs
import { performance } from 'node:perf_hooks'
import { parseProductPage } from '../dist/parse/product-page.js'

const ROWS = 200
const PAGES = 20
const REPEATS = 25
const pages = Array.from({ length: PAGES }, (_, page) =>
  JSON.stringify({ status: 'ok', page: page + 1, total_pages: PAGES, body: rows(page) }),
)
// A few pages, parsed repeatedly: keeping many pages in memory would measure the garbage collector.
const decoded = pages.map((text) => JSON.parse(text))

console.log(`${ROWS} rows a page, ${Math.round(Buffer.byteLength(pages[0]) / ROWS)} bytes a row`)
for (let round = 1; round <= 5; round++) {
  const json = rate((page) => JSON.parse(pages[page]).body.length)
  const parse = rate(
    (page) => parseProductPage(decoded[page], 'v2', { requestedPage: 1, limit: ROWS }).products.length,
  )
  console.log(`round ${round}: JSON.parse ${json} rows/s, parseProductPage ${parse} rows/s`)
}

function rate(countRows) {
  let seen = 0
  const start = performance.now()
  for (let i = 0; i < PAGES * REPEATS; i++) seen += countRows(i % PAGES)
  const seconds = (performance.now() - start) / 1000
  if (seen !== ROWS * PAGES * REPEATS) throw new Error(`${seen} rows`)
  return Math.round(seen / seconds)
}

function rows(page) {
  return Array.from({ length: ROWS }, (_, index) => row(page * ROWS + index + 1))
}

function row(id) {
  const price = (id % 97) + 12.3967
  return {
    id,
    updated: '2018-08-02 22:06:19',
    precio_actualizado: '2018-05-20',
    producto: `Remera de algodón n.º ${id}, cuello redondo`,
    id_marca: (id % 40) + 1,
    marca: `Marca ${id % 40}`,
    id_categoria: (id % 60) + 1,
    categoria: `Categoría ${id % 60}`,
    codigo_interno: `SKU-${id}`,
    codigo_barras: `779${String(id).padStart(10, '0')}`,
    descripcion: 'Remera de algodón peinado, con costuras reforzadas y etiqueta sin roce. '.repeat(4),
    costo: 8.456,
    costo_neto_calculado: 8.456,
    costo_final_calculado: 10.2318,
    stock_total: id % 30,
    reservado: 0,
    cantidad_minima: 1,
    cantidad_critica: 2,
    stock_sucursal: [1, 2, 3].map((id_sucursal) => ({
      id_sucursal,
      stock: 10,
      reservado: 0,
      disponible: 10,
    })),
    precio_neto: price,
    precio_oferta: 0,
    oferta: false,
    precios: [0, 1, 2].map((id_lista_precio) => ({
      id_lista_precio,
      updated: '2018-08-02 22:06:19',
      id_moneda: 1,
      neto: price,
      final: 15,
      redondeo: 0.05,
      neto_calculado: price,
      final_calculado: 15,
    })),
    alicuota_iva: 1.21,
    ubicacion: '',
    talle: 'M',
    color: 'Azul',
    temporada: '',
    material: 'Algodón',
    genero: null,
    estado: 'nuevo',
    garantia: '',
    imagenes: [`https://cdn.example.com/img/${id}-1.jpg`, `https://cdn.example.com/img/${id}-2.jpg`],
    detalle_imagenes: [{ id_imagen: 1, orden: 1, url: `https://cdn.example.com/img/${id}-1.jpg` }],
    vigente: true,
    alto: 1,
    ancho: 2,
    profundidad: 3,
    peso: 0.25,
    es_padre: false,
    id_producto_padre: 0,
    afecta_stock: true,
  }
}
