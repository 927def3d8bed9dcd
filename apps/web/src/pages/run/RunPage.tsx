import type { Run } from '@espejo/contract'
import { asksAPerson, isFinal } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { ApiError } from '../../api/api-error.js'
import { useRunDetail } from '../../api/runs.js'
import { ServerText } from '../../components/ErrorText.js'
import { LoadError } from '../../components/LoadError.js'
import { usePageTitle } from '../../components/page-title.js'
import { RunStatusBadge } from '../../components/RunStatusBadge.js'
import { useLocale } from '../../i18n/i18n.js'
import { elapsed, formatCount, formatDateTime, formatDuration } from '../../lib/format.js'
import { CountList, DescriptionList } from '../../ui/DescriptionList.js'
import { BackIcon } from '../../ui/icons.js'
import { Notice, type Tone } from '../../ui/Notice.js'
import { Card, EmptyState, PageHeader, Skeleton } from '../../ui/Page.js'
import { GuardCard } from '../guard/GuardCard.js'
import { DryRunNotice } from '../sync/DryRunNotice.js'
import { WaitingNotice } from '../sync/WaitingNotice.js'
import { Changes } from './Changes.js'
import { Rejects } from './Rejects.js'

/** One run: outcome, counts, changes and rejected rows. */
export function RunPage({ runId }: { runId: string }) {
  const { t } = useTranslation()
  const run = useRunDetail(runId)
  const missing = run.error instanceof ApiError && run.error.status === 404

  return (
    <>
      <Link
        href="/"
        className="mb-3 inline-flex items-center gap-1 text-sm font-medium text-accent hover:underline"
      >
        <BackIcon />
        {t('run.back')}
      </Link>
      {run.isPending && (
        <Card>
          <Skeleton label={t('app.loading')} />
        </Card>
      )}
      {run.isError && missing && (
        <Card>
          <EmptyState title={t('run.missing')} />
        </Card>
      )}
      {run.isLoadingError && !missing && <LoadError query={run} />}
      {run.data && <RunView run={run.data} />}
    </>
  )
}

function RunView({ run }: { run: Run }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const title = t('run.title', { date: formatDateTime(run.startedAt ?? run.createdAt, locale) })
  usePageTitle(title)
  const count = (value: number) => formatCount(value, locale)
  const ms = elapsed(run.startedAt, run.endedAt)
  const startedBy = run.startedByName ?? run.startedBy ?? t('run.byClock')

  return (
    <>
      <PageHeader title={title} actions={<RunStatusBadge run={run} />} />
      <div className="flex flex-col gap-6">
        {run.error && (
          <Notice tone={toneOf(run)} title={t(`runError.${run.error.code}`)}>
            <ServerText>{run.error.message}</ServerText>
          </Notice>
        )}
        {run.dryRun && <DryRunNotice run={run} />}
        {asksAPerson(run) && <GuardCard runId={run.id} />}
        {!isFinal(run.status) && <WaitingNotice waiting={run.waiting} />}
        <CountList
          items={[
            [t('run.seen'), count(run.seen)],
            [t('runs.created'), count(run.created)],
            [t('runs.updated'), count(run.updated)],
            [t('run.unchanged'), count(run.unchanged)],
            [t('runs.errors'), count(run.errors)],
            [t('run.retired'), count(run.retired)],
          ]}
        />
        <Card className="p-5">
          <h2 className="mb-3 font-semibold">{t('run.summary')}</h2>
          <DescriptionList
            items={[
              [t('runs.mode'), t(`runMode.${run.mode}`) + (run.dryRun ? ` · ${t('run.dryRun')}` : '')],
              [t('run.started'), formatDateTime(run.startedAt, locale)],
              [t('run.ended'), formatDateTime(run.endedAt, locale)],
              [t('run.duration'), ms === null ? '—' : formatDuration(ms, locale)],
              ...(run.phase && !isFinal(run.status)
                ? [[t('run.phase'), t(`runPhase.${run.phase}`)] as const]
                : []),
              [t('run.pages'), t('run.pagesOf', { page: count(run.page), total: count(run.totalPages) })],
              [t('run.requests'), count(run.requests)],
              [t('run.startedBy'), startedBy],
              [t('run.id'), <code key="id">{run.id}</code>],
            ]}
          />
        </Card>
        <Changes run={run} />
        <Rejects run={run} />
      </div>
    </>
  )
}

/** A person's decision, or a missing one, is not shown as a failure. */
function toneOf(run: Run): Tone {
  if (run.error?.code === 'guard_expired') return 'warn'
  return run.status === 'cancelled' || run.error?.code === 'guard_refused' ? 'info' : 'danger'
}
