import { hash32 } from '../random.js'

const PREFIXES = ['FE', 'ART', 'SKU', 'P'] as const

/**
 * A product's SKU. Some are empty and some repeat the previous product's, as in real catalogues. It
 * contains the id, so that a filter by SKU needs no index: see {@link idsBySku}.
 */
export function skuOf(seed: number, id: number): string {
  const draw = hash32(seed, id, 20) % 100
  if (draw < 4) return ''
  return ownSku(seed, draw < 7 && id > 1 ? id - 1 : id)
}

/** The only generated products that can have this SKU. */
export function idsBySku(seed: number, sku: string): number[] {
  const match = /-0*(\d{1,9})$/.exec(sku)
  if (!match) return []
  const id = Number(match[1])
  return [id, id + 1].filter((candidate) => candidate > 0 && skuOf(seed, candidate) === sku)
}

/** A product's EAN-13, with the Argentine prefix; empty on some, the previous product's on a few. */
export function barcodeOf(seed: number, id: number): string {
  const draw = hash32(seed, id, 21) % 100
  if (draw < 14) return ''
  return ownBarcode(draw < 16 && id > 1 ? id - 1 : id)
}

/** The only generated products that can have this barcode. */
export function idsByBarcode(seed: number, barcode: string): number[] {
  if (!/^779\d{10}$/.test(barcode)) return []
  const id = Number(barcode.slice(3, 12))
  return [id, id + 1].filter((candidate) => candidate > 0 && barcodeOf(seed, candidate) === barcode)
}

function ownSku(seed: number, id: number): string {
  return `${PREFIXES[hash32(seed, id, 22) % PREFIXES.length]}-${String(id).padStart(6, '0')}`
}

function ownBarcode(id: number): string {
  const digits = `779${String(id).padStart(9, '0')}`
  let sum = 0
  for (let i = 0; i < digits.length; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
