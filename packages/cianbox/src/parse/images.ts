import { isRecord } from './fields.js'
import type { Row } from './text.js'

const HTTP_URL = /^https?:\/\//i

/**
 * The URLs in `imagenes`, else those of `detalle_imagenes`, sorted by `orden`. Other than `http(s)` URLs are
 * omitted with a note, so that a screen can use the result as links.
 */
export function readImageUrls(row: Row, notes: string[]): string[] {
  const plain = Array.isArray(row.imagenes) && row.imagenes.length > 0 ? row.imagenes : detailed(row)
  const urls = plain.filter((url): url is string => typeof url === 'string' && HTTP_URL.test(url))
  const left = plain.length - urls.length
  if (left > 0) notes.push(`imagenes: ${left} sin dirección web válida; se omitieron.`)
  return urls
}

function detailed(row: Row): unknown[] {
  if (!Array.isArray(row.detalle_imagenes)) return []
  return row.detalle_imagenes
    .filter(isRecord)
    .sort((a, b) => order(a) - order(b))
    .map((image) => image.url)
}

function order(image: Row): number {
  return typeof image.orden === 'number' ? image.orden : 0
}
