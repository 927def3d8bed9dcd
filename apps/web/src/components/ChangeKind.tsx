import type { ProductChange } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Badge, type Tone } from '../ui/Notice.js'

type Kind = ProductChange['kind']

/** The kind of a product's change. For a dry run: of the change that a real run would make. */
export function ChangeKind({ kind, dryRun = false }: { kind: Kind; dryRun?: boolean }) {
  const { t } = useTranslation()
  return <Badge tone={TONES[kind]}>{t(dryRun ? `dryChangeKind.${kind}` : `changeKind.${kind}`)}</Badge>
}

const TONES: Record<Kind, Tone | 'neutral'> = {
  created: 'ok',
  updated: 'info',
  retired: 'warn',
  restored: 'ok',
}
