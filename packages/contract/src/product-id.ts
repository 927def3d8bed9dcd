/**
 * Whether a text can be a product's id at the ERP: a whole number from 1 to 2^53 - 1, which is as far as JSON
 * carries whole numbers exactly. One that cannot spoils the whole request that asks for it among others.
 */
export function isProductId(text: string): boolean {
  if (!/^\d{1,16}$/.test(text)) return false
  const id = Number(text)
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER
}
