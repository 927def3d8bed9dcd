import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button.js'
import { Notice } from '../ui/Notice.js'
import { Skeleton } from '../ui/Page.js'
import { ErrorText } from './ErrorText.js'

interface FailedQuery {
  error: unknown
  isFetching: boolean
  refetch: () => unknown
}

/** Why a query failed, and a button that repeats it. Takes the place of the data. */
export function LoadError({ query }: { query: FailedQuery }) {
  const { t } = useTranslation()
  return (
    <Notice
      tone="danger"
      title={t('error.title')}
      live
      actions={
        <Button onClick={() => void query.refetch()} busy={query.isFetching}>
          {t('error.retry')}
        </Button>
      }
    >
      <ErrorText error={query.error} />
    </Notice>
  )
}

/** In the card of a list: grey bars while its first page loads, the error when that fails. */
export function ListStatus({
  query,
  rows,
}: {
  query: FailedQuery & { isPending: boolean; isLoadingError: boolean }
  rows: number
}) {
  const { t } = useTranslation()
  if (query.isPending) return <Skeleton label={t('app.loading')} rows={rows} />
  if (!query.isLoadingError) return null
  return (
    <div className="p-4">
      <LoadError query={query} />
    </div>
  )
}
