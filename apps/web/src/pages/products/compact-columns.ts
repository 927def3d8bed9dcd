/** Narrow cell padding, so that four columns of long numbers fit a phone. */
export const COMPACT_COLUMNS = 'max-sm:[&_:is(th,td)]:px-1!'
