import type { Reference } from '@espejo/contract'

export interface Option {
  id: string
  name: string
}

/** The items as options, by name; one with a parent is named by its whole path, `Baño › Griferías`. */
export function toOptions(references: readonly Reference[], locale: string): Option[] {
  const byId = new Map(references.map((reference) => [reference.cianboxId, reference]))
  const options = references.map((reference) => ({
    id: reference.cianboxId,
    name: pathOf(reference, byId),
  }))
  const { compare } = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })
  return options.sort((a, b) => compare(a.name, b.name))
}

/** Options with those that they lack from a second list: products may name what no list has (yet). */
export function withOthers(options: readonly Option[], others: readonly Option[]): readonly Option[] {
  const known = new Set(options.map(({ id }) => id))
  const missing = others.filter(({ id }) => !known.has(id))
  return missing.length === 0 ? options : [...options, ...missing]
}

/** Names by id. */
export function nameById(references: readonly Reference[]): ReadonlyMap<string, string> {
  return new Map(references.map(({ cianboxId, name }) => [cianboxId, name]))
}

/** Options whose name has every word of what was typed, whatever its accents and its case. */
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
  // The source could hold a loop.
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
