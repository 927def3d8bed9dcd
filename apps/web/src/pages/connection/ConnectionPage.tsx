import type { WebhookLeft } from '@espejo/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConnection } from '../../api/connection.js'
import { ServerText } from '../../components/ErrorText.js'
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

type Done = { what: 'saved' | 'deleted'; left?: WebhookLeft | undefined } | null

/** The tenant's connection to Cianbox: shows, changes, tests and deletes it. */
export function ConnectionPage() {
  const { t } = useTranslation()
  const locale = useLocale()
  const query = useConnection()
  const connection = query.data
  const editable = canConfigure(useUser())
  const [done, setDone] = useState<Done>(null)
  usePageTitle(t('connection.title'))

  return (
    <div className="max-w-3xl">
      <PageHeader title={t('connection.title')} intro={t('connection.intro')} />
      <div className="flex flex-col gap-4">
        {query.isPending && (
          <Card>
            <Skeleton label={t('app.loading')} rows={8} />
          </Card>
        )}
        {query.isLoadingError && <LoadError query={query} />}
        {connection !== undefined && (
          <>
            {!editable && <Notice tone="info">{t('connection.readOnly')}</Notice>}
            <ConnectionForm
              // Resets the form after a deletion, but not after saving.
              key={connection === null ? 'new' : 'stored'}
              connection={connection}
              onEdit={() => setDone(null)}
              onSaved={() => setDone({ what: 'saved' })}
            />
            {done && <DoneNotice {...done} />}
          </>
        )}
        {connection && <WebhookCard />}
        {connection && (
          <footer className="flex flex-wrap items-center justify-between gap-3 text-sm text-muted">
            <p>{t('connection.updatedAt', { date: formatDateTime(connection.updatedAt, locale) })}</p>
            {editable && <DeleteConnection onDeleted={(left) => setDone({ what: 'deleted', left })} />}
          </footer>
        )}
      </div>
    </div>
  )
}

/** A warning if the connection was deleted but its webhook could not be removed at Cianbox. */
function DoneNotice({ what, left }: NonNullable<Done>) {
  const { t } = useTranslation()
  return (
    <Notice tone={left ? 'warn' : 'ok'} live>
      {left ? <ServerText>{left.message}</ServerText> : t(`connection.${what}`)}
    </Notice>
  )
}
