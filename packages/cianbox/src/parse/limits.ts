/** Longest text of a field, in characters. Longer ones reject the row. */
export const MAX_TEXT = 10_000
/** Codes end up in database indexes, whose entries are small. */
export const MAX_CODE = 500
export const MAX_DESCRIPTION = 1_000_000
