import type { Target } from '../catalogue/changes.js'

type Body = Readonly<Record<string, unknown>>

/** Each function reads one parameter of a control's body. @throws RangeError that names it and its type */
export function number(body: Body, key: string): number {
  const value = body[key]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new RangeError(`\`${key}\` es un número.`)
  return value
}

export function integer(body: Body, key: string): number {
  const value = number(body, key)
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`\`${key}\` es un entero, 0 o más.`)
  return value
}

export function text(body: Body, key: string): string {
  const value = body[key]
  if (typeof value !== 'string' || value === '') throw new RangeError(`\`${key}\` es un texto.`)
  return value
}

export function flag(body: Body, key: string): boolean {
  const value = body[key]
  if (typeof value !== 'boolean') throw new RangeError(`\`${key}\` es true o false.`)
  return value
}

export function object(body: Body, key: string): Record<string, unknown> {
  const value = body[key]
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RangeError(`\`${key}\` es un objeto.`)
  }
  return value as Record<string, unknown>
}

export function ids(body: Body, key: string): number[] {
  const value = body[key]
  if (!Array.isArray(value) || !value.every((id) => Number.isInteger(id))) {
    throw new RangeError(`\`${key}\` es una lista de ids.`)
  }
  return value
}

export function oneOf<T extends string>(body: Body, key: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === body[key])
  if (!found) throw new RangeError(`\`${key}\` es uno de ${allowed.join(', ')}.`)
  return found
}

/** Undefined if the parameter is absent. */
export function optional<T>(body: Body, key: string, read: (body: Body, key: string) => T): T | undefined {
  return body[key] === undefined ? undefined : read(body, key)
}

/** `ids`, or a `count` of ids to choose by the seed. */
export function target(body: Body): Target {
  return body.ids === undefined ? integer(body, 'count') : ids(body, 'ids')
}
