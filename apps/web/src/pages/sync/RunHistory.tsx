import { useTranslation } from 'react-i18next'
import { useRuns } from '../../api/runs.js'
import { ListStatus } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { DataTable, HeadCell } from '../../ui/DataTable.js'
import { Card, EmptyState } from '../../ui/Page.js'
import { RunRow } from './RunRow.js'

/** The runs, newest first. */
export function RunHistory() {
  const { t } = useTranslation()
  const runs = useRuns()
  return (
    <section aria-labelledby="history" className="mt-8">
      <h2 id="history" className="mb-3 text-lg font-semibold">
        {t('runs.title')}
      </h2>
      <Card className="overflow-hidden">
        <ListStatus query={runs} rows={4} />
        {runs.data?.length === 0 && <EmptyState title={t('runs.empty')}>{t('runs.emptyBody')}</EmptyState>}
        {runs.data && runs.data.length > 0 && (
          <DataTable label={t('runs.title')}>
            <thead>
              <tr>
                <HeadCell>{t('runs.started')}</HeadCell>
                <HeadCell className="max-sm:text-right">{t('runs.status')}</HeadCell>
                <HeadCell from="lg">{t('runs.mode')}</HeadCell>
                <HeadCell numeric from="sm">
                  {t('runs.processed')}
                </HeadCell>
                <HeadCell numeric from="md">
                  {t('runs.created')}
                </HeadCell>
                <HeadCell numeric from="md">
                  {t('runs.updated')}
                </HeadCell>
                <HeadCell numeric from="sm">
                  {t('runs.retired')}
                </HeadCell>
                <HeadCell numeric from="sm">
                  {t('runs.errors')}
                </HeadCell>
                <HeadCell numeric from="sm">
                  {t('runs.duration')}
                </HeadCell>
              </tr>
            </thead>
            <tbody>
              {runs.data.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </tbody>
          </DataTable>
        )}
        <LoadMore query={runs} />
      </Card>
    </section>
  )
}
