/**
 * Normalizes text for search: lower case, without accents, compatibility forms unified (`m²` is `m2`), one space
 * between words. "CAÑO  Óptimo" becomes "cano optimo". Applied to stored text and to search terms. Idempotent; the
 * result has no characters that PostgreSQL refuses.
 */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
}
