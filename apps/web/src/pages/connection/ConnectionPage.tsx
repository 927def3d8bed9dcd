import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection } from '../../api/connection.js'
import { LoadError } from '../../components/LoadError.js'
import { usePageTitle } from '../../components/page-title.js'
import { useLocale } from '../../i18n/i18n.js'
import { canConfigure } from '../../lib/capabilities.js'
import { formatDateTime } from '../../lib/format.js'
import { useUser } from '../../session/SessionGate.js'
import { Notice } from '../../ui/Notice.js'
import { Card, PageHeader, Skeleton } from '../../ui/Page.js'
import { ConnectionForm } from './ConnectionForm.js'
import { DeleteConnection } from './DeleteConnection.js'
import { WebhookCard } from './WebhookCard.js'

type Done = 'saved' | 'deleted' | null

/** The tenant's access to Cianbox: show, change, try, delete. */
export function ConnectionPage() {
  const { t } = useTranslation()
  const locale = useLocale()
  const { data: connection, isError, isFetching, error, refetch } = useConnection()
  const editable = canConfigure(useUser())
  const [done, setDone] = useState<Done>(null)
  usePageTitle(t('connection.title'))

  return (
    <div className="max-w-3xl">
      <PageHeader title={t('connection.title')} intro={t('connection.intro')} />
      <div className="flex flex-col gap-4">
        {connection === undefined && !isError && (
          <Card>
            <Skeleton label={t('app.loading')} rows={8} />
          </Card>
        )}
        {connection === undefined && isError && (
          <LoadError error={error} onRetry={() => void refetch()} busy={isFetching} />
        )}
        {connection !== undefined && (
          <>
            {!editable && <Notice tone="info">{t('connection.readOnly')}</Notice>}
            <ConnectionForm
              // A new form once the connection is deleted; a saved one goes on from what was saved.
              key={connection === null ? 'new' : 'stored'}
              connection={connection}
              onEdit={() => setDone(null)}
              onSaved={() => setDone('saved')}
            />
            {done !== null && (
              <Notice tone="ok" live>
                {t(`connection.${done}`)}
              </Notice>
            )}
          </>
        )}
        {connection && <WebhookCard />}
        {connection && (
          <footer className="flex flex-wrap items-center justify-between gap-3 text-sm text-muted">
            <p>{t('connection.updatedAt', { date: formatDateTime(connection.updatedAt, locale) })}</p>
            {editable && <DeleteConnection onDeleted={() => setDone('deleted')} />}
          </footer>
        )}
      </div>
    </div>
  )
}
