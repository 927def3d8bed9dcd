import { useTranslation } from 'react-i18next'
import { useSetupStatus } from '../api/setup.js'

/** A ribbon over every page of the demo, so that nobody takes its products for real ones. */
export function DemoRibbon() {
  const { t } = useTranslation()
  const { data } = useSetupStatus()
  if (data?.demo !== true) return null
  return (
    <aside
      aria-label={t('demo.label')}
      className="pointer-events-none fixed bottom-3 left-3 z-40 rounded-full border border-warn bg-warn-soft px-3 py-1 text-xs text-warn shadow-sm"
    >
      <strong className="font-semibold">{t('demo.label')}</strong>
      <span className="max-sm:sr-only">{t('demo.detail')}</span>
    </aside>
  )
}
