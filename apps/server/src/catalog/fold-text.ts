/**
 * Text as searches see it: lower case, without accents, compatible forms as one (`m²` is `m2`), and
 * with one space between words, so that "CAÑO  Óptimo" and "cano optimo" are the same. What is
 * stored and what is searched for go through this one function. Folding twice changes nothing, and
 * nothing is left that PostgreSQL could refuse.
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
