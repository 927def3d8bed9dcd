import { hash32, pick } from '../random.js'
import type { Identity } from './identity.js'
import { DESCRIPTIONS, UGLY_NAMES } from './vocabulary/attributes.js'

/** A product's name as people type it: mostly upper case; one in fifty has unusual characters. */
export function nameOf(seed: number, id: number, identity: Identity, brand: string): string {
  const parts = [identity.item, identity.measure, brand]
  if (identity.size !== '') parts.push(`T. ${identity.size}`, identity.color)
  const plain = parts.filter((part) => part !== '').join(' ')
  const draw = hash32(seed, id, 50)
  const cased = draw % 6 === 0 ? capitalised(plain) : plain
  return draw % 50 === 7 ? pick(UGLY_NAMES, hash32(seed, id, 51)).replace('{}', () => cased) : cased
}

/** A product's description: often empty, sometimes HTML, sometimes several lines. */
export function descriptionOf(seed: number, id: number, name: string): string {
  return pick(DESCRIPTIONS, hash32(seed, id, 52)).replace('{}', () => name)
}

function capitalised(text: string): string {
  return text.charAt(0) + text.slice(1).toLowerCase()
}
