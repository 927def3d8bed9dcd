import { type Catalogue, createCatalogue } from './catalogue/catalogue.js'
import { type Changes, createChanges, type WebhookEvent } from './catalogue/changes.js'
import { createReferenceLists, type ReferenceLists } from './catalogue/reference-lists.js'
import type { AnyProductRow } from './catalogue/rows.js'
import { iterate } from './catalogue/sequence.js'
import { toSimple } from './catalogue/simple.js'
import { type Counters, type Counts, createCounters } from './counters.js'
import type { Fault } from './faults/fault.js'
import { createFaultPlan, type FaultPlan } from './faults/plan.js'
import { createTokens, type Tokens } from './http/tokens.js'
import {
  type AccountOptions,
  completeAccount,
  requireLatency,
  requireOffset,
  requireRateLimit,
} from './options.js'
import { DEFAULT_SWITCHES, isHidden, mergeSwitches, type Switches } from './switches.js'
import { createWebhookSender, type Delivery } from './webhooks/deliver.js'
import { createRegistry, type Registry } from './webhooks/registry.js'

/** The controls of an account, for tests and operators. */
export interface AccountControl extends Changes {
  readonly cuenta: string
  /** Every present product exactly as the API would list it now, by id. Lazy. */
  truth(): IterableIterator<AnyProductRow>
  /** One present product as the API would list it, or undefined. */
  product(id: number): AnyProductRow | undefined
  /** Number of present products. */
  productCount(): number
  /** A copy of the reference lists. `listas` contains list 0 too, which the API does not show by default. */
  lists(): ReferenceLists
  counts(): Counts
  resetCounts(): void
  /** Returns a function that removes the fault. */
  inject(fault: Fault): () => void
  clearFaults(): void
  /** The injected faults, and how often each has been applied (`strikes`). */
  faults(): { fault: Fault; strikes: number }[]
  /** Ends every access token now; refresh tokens still work. */
  expireTokens(): void
  /** Ends every token, as after 600 days. */
  revokeTokens(): void
  changePassword(password: string): void
  /** While suspended, the response to every request is 403. */
  suspend(suspended: boolean): void
  switches(): Switches
  /** @throws RangeError for an unknown switch or an invalid value */
  setSwitches(changes: Partial<Switches>): void
  setLatency(ms: number): void
  /** Offsets the clock for `updated`, in milliseconds. Tokens and the rate limit use the correct clock. */
  setClockOffset(ms: number): void
  setRateLimit(requestsPerSecond: number | null): void
  /** Notifies the registered URLs now, in addition to the notifications of every change. */
  deliverWebhooks(event: WebhookEvent, ids: Iterable<number>): Promise<Delivery[]>
  /** The last 1000 completed deliveries. */
  deliveries(): Delivery[]
  /** Resolves when no delivery is in progress. */
  webhooksSettled(): Promise<void>
}

/** An account as the HTTP routes use it. */
export interface Account {
  readonly control: AccountControl
  readonly cuenta: string
  readonly dialect: 'v2' | 'simple'
  readonly catalogue: Catalogue
  readonly lists: ReferenceLists
  readonly tokens: Tokens
  readonly registry: Registry
  readonly counters: Counters
  readonly faults: FaultPlan
  readonly switches: Readonly<Switches>
  readonly suspended: boolean
  readonly latencyMs: number
  readonly rateLimit: number | null
  /** Clock of the simulated ERP, epoch milliseconds. */
  now(): number
  accepts(user: unknown, password: unknown): boolean
  close(): Promise<void>
}

/** @param now clock of the simulated ERP, epoch milliseconds */
export function createAccount(options: AccountOptions, now: () => number): Account {
  const { cuenta, user, products, seed, dialect, ...initial } = completeAccount(options)
  let { password, latencyMs, rateLimit } = initial
  let suspended = false
  let clockOffsetMs = 0
  let switches = mergeSwitches(DEFAULT_SWITCHES, initial.switches)
  const readSwitches = () => switches

  const lists = createReferenceLists(seed)
  const catalogue = createCatalogue({ cuenta, seed, products, lists, switches: readSwitches })
  const tokens = createTokens(readSwitches, now)
  const registry = createRegistry(readSwitches, now)
  const counters = createCounters()
  const faults = createFaultPlan(seed)
  const sender = createWebhookSender({ seed, switches: readSwitches, now })

  async function notify(event: WebhookEvent, ids: Iterable<number>): Promise<Delivery[]> {
    const urls = registry.urlsOf(event)
    // An iterator of ids can be read only once.
    const shared = urls.length > 1 ? [...ids] : ids
    const sent = await Promise.all(urls.map((url) => sender.deliver({ event, ids: shared }, url)))
    return sent.flat()
  }

  const changes = createChanges({
    catalogue,
    lists,
    switches: readSwitches,
    now,
    clockOffsetMs: () => clockOffsetMs,
    onChange: ({ event, ids }) => void notify(event, ids),
  })

  function product(id: number): AnyProductRow | undefined {
    const row = catalogue.isListed(id) && !isHidden(id, switches) ? catalogue.row(id) : undefined
    return row && dialect === 'simple' ? toSimple(row) : row
  }

  const control: AccountControl = {
    ...changes,
    cuenta,
    product,
    *truth() {
      for (const id of iterate(catalogue.select({ order: 'id-asc' }))) {
        const row = product(id)
        if (row) yield row
      }
    },
    productCount() {
      const { count } = catalogue.select({ order: 'id-asc' })
      return switches.hiddenEvery === 0 ? count : [...control.truth()].length
    },
    lists: () => structuredClone(lists),
    counts: counters.read,
    resetCounts: counters.reset,
    inject: faults.inject,
    clearFaults: faults.clear,
    faults: faults.list,
    expireTokens: tokens.expireAccess,
    revokeTokens: tokens.revokeAll,
    changePassword(next) {
      password = next
      if (switches.passwordChangeEndsTokens) tokens.revokeAll()
    },
    suspend(next) {
      suspended = next
    },
    switches: () => ({ ...switches }),
    setSwitches(next) {
      switches = mergeSwitches(switches, next)
    },
    setLatency(ms) {
      requireLatency(ms)
      latencyMs = ms
    },
    setClockOffset(ms) {
      requireOffset(ms)
      clockOffsetMs = ms
    },
    setRateLimit(limit) {
      requireRateLimit(limit)
      rateLimit = limit
    },
    deliverWebhooks: notify,
    deliveries: sender.deliveries,
    webhooksSettled: sender.settled,
  }

  return {
    control,
    cuenta,
    dialect,
    catalogue,
    lists,
    tokens,
    registry,
    counters,
    faults,
    get switches() {
      return switches
    },
    get suspended() {
      return suspended
    },
    get latencyMs() {
      return latencyMs
    },
    get rateLimit() {
      return rateLimit
    },
    now,
    accepts: (givenUser, givenPassword) => givenUser === user && givenPassword === password,
    close: sender.close,
  }
}
