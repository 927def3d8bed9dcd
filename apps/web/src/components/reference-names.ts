import type { ReferenceKind } from '@espejo/contract'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useReferences } from '../api/references.js'
import { nameById } from '../lib/references.js'

/** A list's names by id. What the list does not have keeps its id; list 0 is Cianbox's default one. */
export function useReferenceName(kind: ReferenceKind): (id: string) => string {
  const { t } = useTranslation()
  const { data } = useReferences(kind)
  return useMemo(() => {
    const names = nameById(data ?? [])
    return (id) => names.get(id) ?? (kind === 'price_lists' && id === '0' ? t('product.defaultList') : id)
  }, [data, kind, t])
}
