import { useTranslation } from 'react-i18next'
import { type LoadedGuard, useDecideGuard } from '../../api/guard.js'
import { ErrorText } from '../../components/ErrorText.js'
import { useLocale } from '../../i18n/i18n.js'
import { canOperate } from '../../lib/capabilities.js'
import { formatDateTime } from '../../lib/format.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'
import { useGuardTexts } from './guard-texts.js'

/** Two buttons of equal weight, sticky below a long list, and what happens without a decision. */
export function GuardActions({ runId, guard }: { runId: string; guard: LoadedGuard }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const texts = useGuardTexts(guard)
  const decide = useDecideGuard(runId)
  const { revision } = guard

  return (
    <footer className="sticky bottom-0 flex flex-col gap-3 border-t border-line bg-surface px-5 py-4">
      {decide.isError && (
        <Notice tone="danger" live>
          <ErrorText error={decide.error} />
        </Notice>
      )}
      <div className="flex flex-col gap-3 sm:flex-row sm:items-center">
        {canOperate(useUser()) ? (
          <div className="grid shrink-0 grid-cols-2 gap-3">
            <Button
              className="min-h-11 whitespace-normal max-sm:px-2"
              busy={decide.isPending}
              onClick={() => decide.mutate({ decision: 'refuse', revision })}
            >
              {texts.refuse}
            </Button>
            <Button
              className="min-h-11 whitespace-normal max-sm:px-2"
              busy={decide.isPending}
              onClick={() => decide.mutate({ decision: 'confirm', revision })}
            >
              {texts.confirm}
            </Button>
          </div>
        ) : (
          <p className="text-sm">{t('guard.askOther')}</p>
        )}
        <p className="text-sm text-muted sm:ml-auto sm:text-right">
          {texts.otherwise(formatDateTime(guard.expiresAt, locale))}
        </p>
      </div>
    </footer>
  )
}
