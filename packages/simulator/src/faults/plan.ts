import type { Page } from '../http/paging.js'
import type { Reply } from '../http/reply.js'
import { deriveSeed, unit } from '../random.js'
import { ANSWER_FAULTS, type AnswerContext } from './answers.js'
import type { Fault, FaultKind } from './fault.js'
import { PAGE_FAULTS, type PageContext } from './pages.js'
import { isTargeted, type StruckRequest } from './target.js'
import { WIRE_FAULTS, type WireContext } from './transmission.js'

/** The faults that strike one request, by stage. */
export interface Strikes {
  /** The first fault that answers instead of the API, if one strikes. */
  answer: ((context: AnswerContext) => Reply) | undefined
  /** Every fault in rows and paging, in the order of their injection. */
  alter(page: Page, context: Omit<PageContext, 'strike'>): Page
  /** The last fault in transmission, if one strikes. */
  transmit: ((context: WireContext) => Promise<void> | void) | undefined
}

/** The faults injected into an account. */
export interface FaultPlan {
  /** Answers a function that takes the fault out again. */
  inject(fault: Fault): () => void
  clear(): void
  list(): { fault: Fault; strikes: number }[]
  /** Decides what strikes a request; asked once for each. */
  strike(request: StruckRequest): Strikes
}

interface Injected {
  fault: Fault
  salt: number
  seen: number
  strikes: number
}

/** The three tables as one, for what is the same in all of them. */
export const FAULT_TABLE: Readonly<Record<FaultKind, { about: string; defaults: object }>> = {
  ...ANSWER_FAULTS,
  ...PAGE_FAULTS,
  ...WIRE_FAULTS,
}

export function createFaultPlan(seed: number): FaultPlan {
  const dice = deriveSeed(seed, 'faults')
  let plan: Injected[] = []
  let salt = 0

  function strikes(entry: Injected, request: StruckRequest): boolean {
    const { fault } = entry
    if (!isTargeted(fault, request)) return false
    entry.seen++
    if (fault.nth !== undefined && fault.nth !== entry.seen) return false
    if (fault.fromNth !== undefined && entry.seen < fault.fromNth) return false
    if (fault.rate !== undefined && unit(dice, entry.seen, entry.salt) >= fault.rate) return false
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
    strike: (request) => staged(plan.filter((entry) => strikes(entry, request))),
  }
}

/**
 * Sorts what strikes into stages. Each table is keyed by the kind, so the entry under a fault's kind
 * takes that very fault; the compiler cannot follow that through a union, hence the casts.
 */
function staged(entries: readonly Injected[]): Strikes {
  const complete = ({ fault }: Injected): never =>
    ({ ...FAULT_TABLE[fault.kind].defaults, ...fault }) as never
  const answering = entries.find(({ fault }) => fault.kind in ANSWER_FAULTS)
  const altering = entries.filter(({ fault }) => fault.kind in PAGE_FAULTS)
  const transmitting = entries.findLast(({ fault }) => fault.kind in WIRE_FAULTS)
  return {
    answer: answering && ((context) => actOf(ANSWER_FAULTS, answering)(complete(answering), context)),
    alter: (page, context) =>
      altering.reduce((altered, entry) => {
        const act = actOf(PAGE_FAULTS, entry)
        return act(complete(entry), altered, { ...context, strike: entry.strikes })
      }, page),
    transmit:
      transmitting && ((context) => actOf(WIRE_FAULTS, transmitting)(complete(transmitting), context)),
  }
}

function actOf<T extends Record<string, { act: unknown }>>(table: T, entry: Injected): T[keyof T]['act'] {
  return (table[entry.fault.kind] as T[keyof T]).act
}
