import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { usePageTitle } from '../components/page-title.js'
import { buttonClass } from '../ui/Button.js'
import { PageHeader } from '../ui/Page.js'

export function NotFoundPage() {
  const { t } = useTranslation()
  usePageTitle(t('app.notFoundTitle'))
  return (
    <>
      <PageHeader title={t('app.notFoundTitle')} intro={t('app.notFoundBody')} />
      <Link href="/" className={buttonClass('primary')}>
        {t('app.goHome')}
      </Link>
    </>
  )
}
