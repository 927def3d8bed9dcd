import type { ReferenceKind } from '@espejo/contract'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useReferences } from '../api/references.js'
import { nameById } from '../lib/references.js'

/** Looks up a reference's name by id; without a name, the id. Price list 0 is Cianbox's default list. */
export function useReferenceName(kind: ReferenceKind): (id: string) => string {
  const { t } = useTranslation()
  const { data } = useReferences(kind)
  return useMemo(() => {
    const names = nameById(data ?? [])
    return (id) => names.get(id) ?? (kind === 'price_lists' && id === '0' ? t('product.defaultList') : id)
  }, [data, kind, t])
}
