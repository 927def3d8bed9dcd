import { isBalanced } from '@espejo/contract'
import type { AnyProductRow } from '@espejo/simulator'
import { isEnded, type RunWithLog } from './rig/runs.js'

/** An invariant does not hold. The message says which one, and where. */
export class BrokenInvariant extends Error {
  override name = 'BrokenInvariant'
  constructor(
    invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'L1',
    message: string,
  ) {
    super(`${invariant}: ${message}`)
  }
}

/** Rows by id. */
export type Rows = ReadonlyMap<number, unknown>

/** I1: the mirror lists what the ERP lists, with the same content. */
export function mirrorEqualsTruth(who: string, mirror: Rows, truth: Rows): void {
  const missing = [...truth.keys()].filter((id) => !mirror.has(id))
  const surplus = [...mirror.keys()].filter((id) => !truth.has(id))
  const different = [...truth].filter(
    ([id, row]) => mirror.has(id) && canonical(mirror.get(id)) !== canonical(row),
  )
  if (missing.length + surplus.length + different.length === 0) return
  throw new BrokenInvariant(
    'I1',
    `${who}: of ${truth.size} products ${list('missing', missing)}, ${list('surplus', surplus)}, ${list(
      'different',
      different.map(([id]) => id),
    )}`,
  )
}

/** I2: nothing of a tenant that took no part in the round has changed. */
export function isUntouched(who: string, before: string, after: string): void {
  if (before !== after) throw new BrokenInvariant('I2', `${who} took no part and has changed`)
}

/** A row of `app.run_pages`, read while its run was active. */
export interface ObservedPage {
  runId: string
  phase: string
  page: number
  epoch: number
  /** The transaction that committed it. */
  xmin: string
}

/** I3: every page is committed by exactly one epoch: a committed row of a page never changes. */
export function pagesKeepTheirEpoch(observedPages: readonly ObservedPage[]): void {
  const first = new Map<string, ObservedPage>()
  for (const seen of observedPages) {
    const key = `${seen.runId} ${seen.phase} ${seen.page}`
    const before = first.get(key)
    if (before && (before.epoch !== seen.epoch || before.xmin !== seen.xmin)) {
      throw new BrokenInvariant(
        'I3',
        `page ${key} was committed by epoch ${before.epoch} and again by ${seen.epoch}`,
      )
    }
    first.set(key, seen)
  }
}

/** I3: the checkpoint of the products phase never goes back. */
export function checkpointNeverGoesBack({ run, log }: RunWithLog): void {
  let last = 0
  for (const { seq, event, data } of log) {
    if (event !== 'progress' || data.phase !== 'products') continue
    if (data.page < last) {
      throw new BrokenInvariant(
        'I3',
        `run ${run.id} (${run.mode}) went back from page ${last} to ${data.page} at event ${seq}`,
      )
    }
    last = data.page
  }
}

/** I4: events are numbered without a gap from 1, and exactly the last is an ending. */
export function logIsWhole({ run, log }: RunWithLog): void {
  const gap = log.findIndex(({ seq }, index) => seq !== index + 1)
  if (gap >= 0) throw new BrokenInvariant('I4', `run ${run.id}: event ${gap + 1} has seq ${log[gap]?.seq}`)
  if (log.length !== run.seq)
    throw new BrokenInvariant('I4', `run ${run.id}: seq ${run.seq}, ${log.length} events`)
  const endings = log.filter(({ event }) => event === 'complete' || event === 'error')
  const isRight = isEnded(run) ? endings.length === 1 && endings[0] === log.at(-1) : endings.length === 0
  if (!isRight)
    throw new BrokenInvariant(
      'I4',
      `run ${run.id} (${run.status}) has ${endings.length} endings in ${log.length} events`,
    )
}

/** I5: a text that leaves Espejo contains none of the secrets. The error does not contain the secret either. */
export function holdsNoSecret(where: string, text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const at = text.indexOf(secret)
    if (at < 0) continue
    const around = text.slice(Math.max(0, at - 200), at)
    throw new BrokenInvariant('I5', `${where} shows a secret after: …${around}`)
  }
}

/** I6: only a run that has read the whole catalogue retires products, or a run by ids, which requests them. */
export function retiresOnlyAfterAWholePass({ run, log }: RunWithLog, retiredByRun: number): void {
  if (retiredByRun === 0 || run.mode === 'ids') return
  const sweepAt = log.findIndex(({ event, data }) => event === 'progress' && data.phase === 'sweep')
  const isWhole = log
    .slice(0, sweepAt)
    .some(({ event, data }) => event === 'progress' && data.percent === 100)
  if (sweepAt < 0 || !isWhole) {
    throw new BrokenInvariant(
      'I6',
      `run ${run.id} (${run.mode}, ${run.status}) retired ${retiredByRun} without a whole pass`,
    )
  }
}

/** I6: nothing is retired that the ERP lists. */
export function retiresNothingListed(who: string, retired: readonly number[], truth: Rows): void {
  const listed = retired.filter((id) => truth.has(id))
  if (listed.length > 0)
    throw new BrokenInvariant('I6', `${who}: the ERP lists what is retired: ${list('ids', listed)}`)
}

/** I7: in every frame the ledger balances, `percent` never decreases, and the run's row equals the last frame. */
export function ledgerBalances({ run, log }: RunWithLog): void {
  let percent = 0
  for (const { seq, event, data } of log) {
    if (event !== 'progress') continue
    const { created, updated, unchanged, errors } = data
    if (!isBalanced(data) || Math.min(created, updated, unchanged, errors) < 0) {
      throw new BrokenInvariant('I7', `run ${run.id}: event ${seq} does not balance: ${JSON.stringify(data)}`)
    }
    if (data.percent < percent) {
      throw new BrokenInvariant(
        'I7',
        `run ${run.id}: percent went back from ${percent} to ${data.percent} at event ${seq}`,
      )
    }
    percent = data.percent
  }
  const last = log.findLast(({ event }) => event === 'progress')?.data
  if (last && 'seen' in last && last.seen !== run.created + run.updated + run.unchanged + run.errors) {
    throw new BrokenInvariant('I7', `run ${run.id}: its row and its last frame do not agree`)
  }
}

/**
 * I9: no run ends because its worker was lost or because it made no progress: a killed worker is replaced within
 * seconds, and a row that PostgreSQL refuses becomes a reject.
 * @param disruptions number of actions against workers or the database
 */
export function isNotGivenUp({ run }: Pick<RunWithLog, 'run'>, disruptions: number): void {
  const isExplained = run.errorCode === 'no_progress' && disruptions >= CLAIMS_WITHOUT_PROGRESS
  if (!GIVEN_UP.has(run.errorCode ?? '') || isExplained) return
  throw new BrokenInvariant('I9', `run ${run.id} of ${run.tenantId} was given up: ${run.errorCode}`)
}

const GIVEN_UP: ReadonlySet<string> = new Set(['worker_lost', 'no_progress', 'internal'])
/** A run rightly ends after this many claims without a committed page. */
const CLAIMS_WITHOUT_PROGRESS = 5

/** A request for products: when it came, and the wait that its response asked for. */
interface TimedRequest {
  at: number
  retryAfter: { seconds: number; since: number } | null
}

/** A request that starts within this time after the 429 was already under way. */
const IN_FLIGHT_MS = 300
/** Clocks and timers are inexact. */
const TIMER_TOLERANCE_MS = 250

/** I8: no request is sent during a long wait that the ERP asked for, also when another worker has the run. */
export function waitsAreKept(who: string, requests: readonly TimedRequest[], longFromS: number): void {
  for (const { retryAfter } of requests) {
    if (!retryAfter || retryAfter.seconds < longFromS) continue
    const { seconds, since } = retryAfter
    const early = requests.find(
      ({ at }) => at > since + IN_FLIGHT_MS && at < since + seconds * 1000 - TIMER_TOLERANCE_MS,
    )
    if (early) {
      const after = ((early.at - since) / 1000).toFixed(1)
      throw new BrokenInvariant('I8', `${who}: told to wait ${seconds} s, asked again after ${after} s`)
    }
  }
}

/** The rows that a mirror of this catalogue must have. */
export function truthOf(rows: Iterable<AnyProductRow>): Rows {
  return new Map([...rows].map((row) => [row.id, JSON.parse(JSON.stringify(row))]))
}

function list(what: string, ids: readonly number[]): string {
  const shown = ids.slice(0, 10).join(' ')
  return `${ids.length} ${what}${ids.length === 0 ? '' : ` (${shown}${ids.length > 10 ? ' …' : ''})`}`
}

/** Whether two rows are equal, regardless of the order of their keys. */
export function sameRow(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

/** JSON with sorted object keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
