/** Four columns of long numbers in the width of a phone. */
export const COMPACT_COLUMNS = 'max-sm:[&_:is(th,td)]:px-1!'
