import { REFERENCE_KINDS } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import type { LoadedGuard } from '../../api/guard.js'

const SUBJECTS = ['products', ...REFERENCE_KINDS] as const

/** The texts of a guard, by its kind and subject. */
export function useGuardTexts({ kind, subject, count, of }: LoadedGuard) {
  const { t } = useTranslation()
  const known = SUBJECTS.find((name) => name === subject) ?? 'other'
  const values = { n: count, of, subject: t(`guardSubject.${known}`) }
  const topic = kind === 'retire' ? 'retire' : 'change'
  return {
    title: t(count === 1 ? `guard.${topic}.titleOne` : `guard.${topic}.title`, values),
    nothingYet: t(`guard.${topic}.nothingYet`),
    advice: t('guard.advice'),
    confirm: t(`guard.${topic}.confirm`, values),
    refuse: t(`guard.${topic}.refuse`),
    otherwise: (date: string) => t(`guard.${topic}.otherwise`, { date }),
  }
}
