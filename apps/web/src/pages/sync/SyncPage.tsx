import { SyncProducts } from '@espejo/react'
import { useTranslation } from 'react-i18next'
import { usePageTitle } from '../../components/page-title.js'
import { useLocale } from '../../i18n/i18n.js'
import { canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { useLiveSync } from '../../sync/LiveSync.js'
import { PageHeader } from '../../ui/Page.js'
import { GuardCard } from '../guard/GuardCard.js'
import { ConnectionNotice } from './ConnectionNotice.js'
import { DryRunNotice } from './DryRunNotice.js'
import { RunActions } from './RunActions.js'
import { RunHistory } from './RunHistory.js'
import { StartOtherRun } from './StartOtherRun.js'

/** Starts a sync, shows its progress, and lists earlier runs. */
export function SyncPage() {
  const { t } = useTranslation()
  const locale = useLocale()
  const { sync, activeRun, runAwaitingDecision, watchedRun } = useLiveSync()
  const mayOperate = canOperate(useUser())
  usePageTitle(t('sync.title'))

  return (
    <>
      <PageHeader title={t('sync.title')} intro={t('sync.intro')} />
      <div className="flex flex-col gap-4">
        <ConnectionNotice />
        {watchedRun?.dryRun && <DryRunNotice run={watchedRun} linked />}
        {runAwaitingDecision ? (
          <GuardCard runId={runAwaitingDecision.id} />
        ) : (
          <SyncProducts
            sync={sync}
            locale={locale}
            canOperate={mayOperate}
            preview={watchedRun?.dryRun ?? false}
            className="rounded-xl border border-line bg-surface p-5"
          />
        )}
        {activeRun && !runAwaitingDecision && (
          <RunActions run={activeRun} waiting={sync.progress?.waiting ?? activeRun.waiting} />
        )}
        <StartOtherRun busy={sync.isLoading || activeRun !== null} />
      </div>
      <RunHistory />
    </>
  )
}
