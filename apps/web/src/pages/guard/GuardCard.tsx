import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type GuardFilter, type LoadedGuard, useGuard } from '../../api/guard.js'
import { LoadError } from '../../components/LoadError.js'
import { LoadMore } from '../../components/LoadMore.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatShare } from '../../lib/format.js'
import { Card, Skeleton } from '../../ui/Page.js'
import { GuardActions } from './GuardActions.js'
import { GuardFilters } from './GuardFilters.js'
import { GuardItems } from './GuardItems.js'
import { useGuardTexts } from './guard-texts.js'

/** The decision that a run waits for: the question, the affected items and the two buttons. */
export function GuardCard({ runId }: { runId: string }) {
  const { t } = useTranslation()
  const [filter, setFilter] = useState<GuardFilter>({ search: '', category: null })
  const guard = useGuard(runId, filter)

  if (guard.isLoadingError) {
    return <LoadError query={guard} />
  }
  if (!guard.data) {
    return (
      <Card>
        <Skeleton label={t('app.loading')} rows={4} />
      </Card>
    )
  }
  return (
    <section aria-labelledby="guard" className="overflow-clip rounded-xl border border-warn/40 bg-surface">
      <Question guard={guard.data} />
      <GuardFilters guard={guard.data} filter={filter} onChange={setFilter} />
      <GuardItems guard={guard.data} />
      <LoadMore query={guard} />
      <GuardActions runId={runId} guard={guard.data} />
    </section>
  )
}

function Question({ guard }: { guard: LoadedGuard }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const texts = useGuardTexts(guard)
  const share = {
    share: formatShare(guard.share, locale, guard.limit),
    limit: formatShare(guard.limit, locale),
    earlier: guard.earlier,
  }
  return (
    <header className="border-b border-warn/40 bg-warn-soft px-5 py-4">
      <h2 id="guard" className="font-semibold">
        {texts.title} {guard.earlier === 0 && t('guard.share', share)}
      </h2>
      <p className="mt-1 max-w-3xl text-sm">
        {guard.earlier > 0 && t('guard.shareWithEarlier', share)} {texts.nothingYet} {texts.advice}
      </p>
    </header>
  )
}
