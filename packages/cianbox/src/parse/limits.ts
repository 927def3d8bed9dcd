/** Longest text of a field, in characters. Longer ones reject the row. */
export const MAX_TEXT = 10_000
/** Codes are indexed, and the size of index entries is limited. */
export const MAX_CODE = 500
export const MAX_DESCRIPTION = 1_000_000
