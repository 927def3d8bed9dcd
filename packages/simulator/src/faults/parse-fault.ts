import { CLAIMS } from './claimed-totals.js'
import type { Fault, FaultKind, FaultTarget } from './fault.js'
import { FAULT_TABLE } from './plan.js'
import { POISON_KINDS } from './poison.js'

export const FAULT_KINDS = Object.keys(FAULT_TABLE) as readonly FaultKind[]

const TARGET: Readonly<Required<{ [K in keyof FaultTarget]: 'string' | 'number' | 'boolean' }>> = {
  route: 'string',
  page: 'number',
  fromPage: 'number',
  order: 'string',
  byId: 'boolean',
  asksFor: 'number',
  nth: 'number',
  fromNth: 'number',
  rate: 'number',
  times: 'number',
}

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  poison: POISON_KINDS,
  claims: CLAIMS,
  keep: ['first', 'last', 'ends'],
  retryAfter: ['seconds', 'date', 'absent', 'absurd'],
}

/**
 * A fault from outside, checked against the table: kind, names and types of the parameters.
 *
 * @throws RangeError that names what is wrong and what is allowed
 */
export function parseFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null) throw new RangeError('Una falla es un objeto con `kind`.')
  const { kind, ...parameters } = value as Record<string, unknown>
  const known = FAULT_KINDS.find((name) => name === kind)
  if (!known) throw new RangeError(`No existe la falla "${String(kind)}". Hay: ${FAULT_KINDS.join(', ')}.`)
  const own = Object.entries(FAULT_TABLE[known].defaults).map(
    ([name, preset]) => [name, typeof preset] as const,
  )
  const types = new Map<string, string>([...Object.entries(TARGET), ...own])
  for (const [name, given] of Object.entries(parameters)) {
    const type = types.get(name)
    if (!type)
      throw new RangeError(`La falla "${known}" no tiene "${name}". Tiene: ${[...types.keys()].join(', ')}.`)
    const choices = CHOICES[name]
    const actual: string = typeof given
    if (actual !== type || (choices && !choices.includes(String(given)))) {
      throw new RangeError(`"${name}" debe ser ${choices ? choices.join(', ') : type}.`)
    }
  }
  return value as Fault
}
