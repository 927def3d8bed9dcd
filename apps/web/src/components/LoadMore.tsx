import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button.js'

/** The button that loads the next page of a list. */
export function LoadMore({ query }: { query: Pageable }) {
  const { t } = useTranslation()
  if (!query.hasNextPage) return null
  return (
    <div className="flex justify-center p-4">
      <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
        {query.isFetchingNextPage ? t('list.loadingMore') : t('list.more')}
      </Button>
    </div>
  )
}

interface Pageable {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
}
