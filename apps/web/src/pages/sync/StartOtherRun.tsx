import { useTranslation } from 'react-i18next'
import { useStartRun } from '../../api/runs.js'
import { ErrorText } from '../../components/ErrorText.js'
import { canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'

const KINDS = [
  { key: 'incremental', body: { mode: 'incremental', dryRun: false } },
  { key: 'dryRun', body: { mode: 'full', dryRun: true } },
] as const

/** Starts an incremental run or a dry run, which the sync panel does not offer. The window then watches it. */
export function StartOtherRun({ busy }: { busy: boolean }) {
  const { t } = useTranslation()
  const start = useStartRun()
  if (!canOperate(useUser())) return null

  return (
    <details className="rounded-xl border border-line bg-surface">
      <summary className="px-5 py-3 text-sm font-medium">{t('startOtherRun.title')}</summary>
      <div className="flex flex-col gap-4 border-t border-line px-5 py-4">
        {KINDS.map(({ key, body }) => (
          <div key={key} className="grid gap-x-4 gap-y-2 sm:grid-cols-[14rem_1fr] sm:items-start">
            <Button
              disabled={busy}
              busy={start.isPending}
              onClick={() => start.mutate(body)}
              aria-describedby={`start-${key}`}
            >
              {t(`startOtherRun.${key}`)}
            </Button>
            <p id={`start-${key}`} className="text-sm text-muted">
              {t(`startOtherRun.${key}Body`)}
            </p>
          </div>
        ))}
        {start.isError && (
          <Notice tone="danger" live>
            <ErrorText error={start.error} />
          </Notice>
        )}
      </div>
    </details>
  )
}
