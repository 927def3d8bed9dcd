import type { Page } from '../http/paging.js'
import type { Reply } from '../http/reply.js'
import { deriveSeed, unit } from '../random.js'
import { ANSWER_FAULTS, type AnswerContext } from './answers.js'
import type { Fault, FaultKind } from './fault.js'
import { PAGE_FAULTS, type PageContext } from './pages.js'
import { type FaultRequest, isTargeted } from './target.js'
import { TRANSMISSION_FAULTS, type TransmissionContext } from './transmission.js'

/** The faults that apply to one request, by stage. */
export interface ActiveFaults {
  /** The first fault that responds instead of the API, if any. */
  answer: ((context: AnswerContext) => Reply) | undefined
  /** Applies every fault in rows and paging, in the order of their injection. */
  alter(page: Page, context: Omit<PageContext, 'timesApplied'>): Page
  /** The last fault in transmission, if any. */
  transmit: ((context: TransmissionContext) => Promise<void> | void) | undefined
}

/** The faults injected into an account. */
export interface FaultPlan {
  /** Returns a function that removes the fault. */
  inject(fault: Fault): () => void
  clear(): void
  list(): { fault: Fault; strikes: number }[]
  /** Returns the faults that apply to a request, and counts them. Call once per request. */
  activeFor(request: FaultRequest): ActiveFaults
}

interface Injected {
  fault: Fault
  salt: number
  seen: number
  strikes: number
}

/** All faults, with the fields that the three tables have in common. */
export const FAULT_TABLE: Readonly<Record<FaultKind, { about: string; defaults: object }>> = {
  ...ANSWER_FAULTS,
  ...PAGE_FAULTS,
  ...TRANSMISSION_FAULTS,
}

export function createFaultPlan(seed: number): FaultPlan {
  const faultSeed = deriveSeed(seed, 'faults')
  let plan: Injected[] = []
  let salt = 0

  function appliesTo(entry: Injected, request: FaultRequest): boolean {
    const { fault } = entry
    if (!isTargeted(fault, request)) return false
    entry.seen++
    if (fault.nth !== undefined && fault.nth !== entry.seen) return false
    if (fault.fromNth !== undefined && entry.seen < fault.fromNth) return false
    if (fault.rate !== undefined && unit(faultSeed, entry.seen, entry.salt) >= fault.rate) return false
    if (fault.times !== undefined && entry.strikes >= fault.times) return false
    entry.strikes++
    return true
  }

  return {
    inject(fault) {
      const entry = { fault, salt: ++salt, seen: 0, strikes: 0 }
      plan.push(entry)
      return () => {
        plan = plan.filter((other) => other !== entry)
      }
    },
    clear() {
      plan = []
    },
    list: () => plan.map((entry) => ({ fault: entry.fault, strikes: entry.strikes })),
    activeFor: (request) => byStage(plan.filter((entry) => appliesTo(entry, request))),
  }
}

/**
 * Sorts the faults into stages. Each table is keyed by kind, so the entry of a fault's kind accepts that
 * fault. TypeScript cannot infer this through a union, hence the casts.
 */
function byStage(entries: readonly Injected[]): ActiveFaults {
  const complete = ({ fault }: Injected): never =>
    ({ ...FAULT_TABLE[fault.kind].defaults, ...fault }) as never
  const answering = entries.find(({ fault }) => fault.kind in ANSWER_FAULTS)
  const altering = entries.filter(({ fault }) => fault.kind in PAGE_FAULTS)
  const transmitting = entries.findLast(({ fault }) => fault.kind in TRANSMISSION_FAULTS)
  return {
    answer: answering && ((context) => actOf(ANSWER_FAULTS, answering)(complete(answering), context)),
    alter: (page, context) =>
      altering.reduce((altered, entry) => {
        const act = actOf(PAGE_FAULTS, entry)
        return act(complete(entry), altered, { ...context, timesApplied: entry.strikes })
      }, page),
    transmit:
      transmitting &&
      ((context) => actOf(TRANSMISSION_FAULTS, transmitting)(complete(transmitting), context)),
  }
}

function actOf<T extends Record<string, { act: unknown }>>(table: T, entry: Injected): T[keyof T]['act'] {
  return (table[entry.fault.kind] as T[keyof T]).act
}
