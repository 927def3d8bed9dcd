import type { Fault } from '@espejo/simulator'
import type { Dice } from '../dice.js'

/** One fault of the ERP. */
export function drawFault(dice: Dice, pages: number): Fault {
  const page = dice.whole(1, pages)
  const times = dice.whole(1, 3)
  const faults: readonly [Fault, ...Fault[]] = [
    { kind: 'server-error', status: dice.pick([500, 502, 503]), nth: page },
    { kind: 'server-error', rate: 0.1, times: 4 },
    { kind: 'server-error', page },
    {
      kind: 'too-many-requests',
      retryAfter: dice.pick(['seconds', 'date', 'absent']),
      seconds: 1,
      page,
      times,
    },
    { kind: 'unauthorized', page, times: 1 },
    { kind: 'unauthorized', page },
    { kind: 'forbidden', page },
    { kind: 'bad-gateway-html', rate: 0.1, times },
    { kind: 'html-ok', page, times: 1 },
    { kind: 'status-error', page, times: 1 },
    { kind: 'page-as-text' },
    { kind: 'total-pages-missing' },
    { kind: 'total-pages-growing', by: dice.whole(1, 3) },
    { kind: 'total-pages-shrinking', by: dice.whole(1, 3) },
    { kind: 'duplicate-in-page', rows: dice.whole(1, 5), rate: 0.3 },
    { kind: 'duplicate-across-pages', rows: dice.whole(1, 5), rate: 0.3 },
    { kind: 'shift', by: dice.pick([-2, -1, 1, 2]), page },
    { kind: 'empty-page', page, times: dice.whole(1, 4) },
    { kind: 'endless-page', fromPage: page },
    {
      kind: 'poison-row',
      page,
      poison: dice.pick(['no-name', 'no-id', 'price-nan', 'nul-in-text', 'not-an-object']),
    },
    { kind: 'hang', ms: dice.whole(500, 3000), nth: page },
    { kind: 'reset', rate: 0.1, times },
    { kind: 'cut-body', page, times },
    { kind: 'truncated-json', page, times: 1 },
    { kind: 'slow-drip', bytes: 2048, everyMs: 20, nth: page },
    { kind: 'server-error', route: '/productos/marcas', times: 1 },
    { kind: 'server-error', route: '/auth/credentials', times: 1 },
  ]
  return dice.pick(faults)
}

/** Fault kinds that corrupt rows, so that the mirror cannot equal the truth. */
const SPOILERS: ReadonlySet<Fault['kind']> = new Set(['poison-row', 'invalid-utf8', 'nameless-rows'])

export function spoilsRows({ kind }: Fault): boolean {
  return SPOILERS.has(kind)
}
