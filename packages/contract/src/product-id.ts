/**
 * Whether a text can be a product's id in the ERP: a whole number from 1 to 2^53 - 1, the largest that a
 * JSON number represents exactly. One invalid id makes the ERP refuse a whole request by ids.
 */
export function isProductId(text: string): boolean {
  if (!/^\d{1,16}$/.test(text)) return false
  const id = Number(text)
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER
}
