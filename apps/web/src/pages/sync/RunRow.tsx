import type { Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { ServerText } from '../../components/ErrorText.js'
import { RunStatusBadge } from '../../components/RunStatusBadge.js'
import { useLocale } from '../../i18n/i18n.js'
import { elapsed, formatCount, formatDateTime, formatDuration } from '../../lib/format.js'
import { outcomeOf } from '../../lib/run-outcome.js'
import { cx } from '../../ui/cx.js'
import { Cell, RowHead } from '../../ui/DataTable.js'
import { Badge } from '../../ui/Notice.js'

/** One run of the history. The whole row links to its page. On a phone the counts are below the date. */
export function RunRow({ run }: { run: Run }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const date = formatDateTime(run.startedAt ?? run.createdAt, locale)
  const ms = elapsed(run.startedAt, run.endedAt)
  const count = (value: number) => formatCount(value, locale)

  return (
    <tr className="relative hover:bg-sunken/60">
      <RowHead>
        <Link
          href={`/corridas/${run.id}`}
          aria-label={t('runs.open', { date })}
          className="font-medium text-accent after:absolute after:inset-0 hover:underline"
        >
          {date}
        </Link>
        {run.dryRun && (
          <p className="lg:hidden">
            <Badge tone="neutral">{t('run.dryRun')}</Badge>
          </p>
        )}
        <p className="text-muted tabular-nums sm:hidden">
          {t('runs.processed')}: {count(run.totalProcessed)}
          {run.retired > 0 && ` · ${t('runs.retired')}: ${count(run.retired)}`}
          {run.errors > 0 && ` · ${t('runs.errors')}: ${count(run.errors)}`}
          {ms !== null && ` · ${formatDuration(ms, locale)}`}
        </p>
        {run.status === 'error' && run.error && (
          <p className={cx('max-w-prose', outcomeOf(run) === 'error' ? 'text-danger' : 'text-muted')}>
            <ServerText>{run.error.message}</ServerText>
          </p>
        )}
      </RowHead>
      <Cell className="max-sm:text-right">
        <RunStatusBadge run={run} />
      </Cell>
      <Cell from="lg">
        {t(`runMode.${run.mode}`)}
        {run.dryRun && ` · ${t('run.dryRun')}`}
      </Cell>
      <Cell numeric from="sm">
        {count(run.totalProcessed)}
      </Cell>
      <Cell numeric from="md">
        {count(run.created)}
      </Cell>
      <Cell numeric from="md">
        {count(run.updated)}
      </Cell>
      <Cell numeric from="sm" className={cx(run.retired > 0 && 'font-medium')}>
        {count(run.retired)}
      </Cell>
      <Cell numeric from="sm" className={cx(run.errors > 0 && 'font-medium text-danger')}>
        {count(run.errors)}
      </Cell>
      <Cell numeric from="sm" className="whitespace-nowrap">
        {ms === null ? '—' : formatDuration(ms, locale)}
      </Cell>
    </tr>
  )
}
