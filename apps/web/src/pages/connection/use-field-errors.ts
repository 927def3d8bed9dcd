import type { ConnectionBody } from '@espejo/contract/schemas'
import { type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { focusFirstInvalid } from '../../lib/focus-first-invalid.js'
import { type Draft, type DraftField, type FieldProblem, parseDraft } from './draft.js'

/** The errors of a form's fields: our own before the request, the server's after it. */
export function useFieldErrors(form: RefObject<HTMLFormElement | null>) {
  const { t } = useTranslation()
  const [problems, setProblems] = useState<Partial<Record<DraftField, FieldProblem>>>({})
  const [refused, setRefused] = useState<Record<string, string>>({})

  return {
    hasProblems: Object.keys(problems).length > 0,
    errorOf(field: DraftField): string | undefined {
      const problem = problems[field]
      return problem ? t(`field.${problem.key}`, { ...problem }) : refused[field]
    },
    /** Validates the form. Returns the request body, or `null` after showing the errors. */
    check(draft: Draft, hasPassword: boolean): ConnectionBody | null {
      const parsed = parseDraft(draft, hasPassword)
      setRefused({})
      setProblems(parsed.ok ? {} : parsed.problems)
      if (parsed.ok) return parsed.body
      focusFirstInvalid(form.current)
      return null
    },
    refuse(errors: Record<string, string>): void {
      setRefused(errors)
      focusFirstInvalid(form.current)
    },
    clear(field: DraftField): void {
      setProblems((now) => without(now, field))
      setRefused((now) => without(now, field))
    },
  }
}

function without<T extends object>(record: T, field: string): T {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== field)) as T
}
