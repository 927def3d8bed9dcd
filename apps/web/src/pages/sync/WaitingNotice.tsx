import type { Waiting } from '@espejo/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocale } from '../../i18n/i18n.js'
import { canConfigure } from '../../lib/capabilities.js'
import { formatDateTime } from '../../lib/format.js'
import { useUser } from '../../session/SessionGate.js'
import { Notice } from '../../ui/Notice.js'

/**
 * Why a run waits, if a person can do something about it. The sync panel shows short waits, and
 * `GuardCard` shows decisions.
 */
export function WaitingNotice({ waiting, actions }: { waiting: Waiting | null; actions?: ReactNode }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const user = useUser()
  switch (waiting?.reason) {
    case 'daily_budget':
      return (
        <Notice tone="warn" title={t('waiting.budgetTitle')} live actions={actions}>
          {waiting.until === null
            ? t('waiting.budgetBody')
            : t('waiting.budgetUntil', { until: formatDateTime(waiting.until, locale) })}{' '}
          {canConfigure(user) && t('waiting.budgetHint')}
        </Notice>
      )
    case 'paused':
      return (
        <Notice tone="info" title={t('waiting.pausedTitle')} live actions={actions}>
          {t('waiting.pausedBody')}
        </Notice>
      )
    default:
      return null
  }
}
