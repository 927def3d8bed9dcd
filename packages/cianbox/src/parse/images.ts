import { isRecord } from './fields.js'
import type { Row } from './text.js'

const WEB_ADDRESS = /^https?:\/\//i

/**
 * The addresses in `imagenes`, or those of `detalle_imagenes` by their `orden`. What is no `http(s)`
 * address is left out with a note, so that a screen can use the rest as links.
 */
export function readImageUrls(row: Row, notes: string[]): string[] {
  const plain = Array.isArray(row.imagenes) && row.imagenes.length > 0 ? row.imagenes : detailed(row)
  const urls = plain.filter((url): url is string => typeof url === 'string' && WEB_ADDRESS.test(url))
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
