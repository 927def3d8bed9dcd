import type { Reference } from '@espejo/contract'

export interface Option {
  id: string
  name: string
}

/** Options sorted by name. The name of an item with a parent is its path: `Baño › Griferías`. */
export function toOptions(references: readonly Reference[], locale: string): Option[] {
  const byId = new Map(references.map((reference) => [reference.cianboxId, reference]))
  const options = references.map((reference) => ({
    id: reference.cianboxId,
    name: pathOf(reference, byId),
  }))
  const { compare } = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  return options.sort((a, b) => compare(a.name, b.name))
}

/** Appends the options that only `others` has: products may refer to items that the list does not have yet. */
export function withOthers(options: readonly Option[], others: readonly Option[]): readonly Option[] {
  const known = new Set(options.map(({ id }) => id))
  const missing = others.filter(({ id }) => !known.has(id))
  return missing.length === 0 ? options : [...options, ...missing]
}

/** Names by id. */
export function nameById(references: readonly Reference[]): ReadonlyMap<string, string> {
  return new Map(references.map(({ cianboxId, name }) => [cianboxId, name]))
}

/** Options whose name contains every typed word, without regard to accents and case. */
export function matchOptions(options: readonly Option[], typed: string): readonly Option[] {
  const words = fold(typed).split(/\s+/).filter(Boolean)
  if (words.length === 0) return options
  return options.filter(({ name }) => {
    const folded = fold(name)
    return words.every((word) => folded.includes(word))
  })
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

function pathOf(reference: Reference, byId: ReadonlyMap<string, Reference>): string {
  const names = [reference.name]
  // Parents may form a loop in the source.
  const seen = new Set([reference.cianboxId])
  let { parentId } = reference
  while (parentId !== null && !seen.has(parentId)) {
    seen.add(parentId)
    const parent = byId.get(parentId)
    if (!parent) break
    names.unshift(parent.name)
    parentId = parent.parentId
  }
  return names.join(' › ')
}
