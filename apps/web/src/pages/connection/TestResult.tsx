import type { ConnectionTest } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { ServerText } from '../../components/ErrorText.js'
import { useLocale } from '../../i18n/i18n.js'
import { formatCount } from '../../lib/format.js'
import { Notice } from '../../ui/Notice.js'

/** The result of the connection test. */
export function TestResult({ found }: { found: ConnectionTest }) {
  const { t } = useTranslation()
  const locale = useLocale()
  if (!found.ok) {
    return (
      <Notice tone="danger" title={t('connection.testFailed')} live>
        <ServerText>{found.message}</ServerText>
      </Notice>
    )
  }
  return (
    <Notice tone="ok" title={t('connection.testOk')} live>
      <p>
        <ServerText>{found.message}</ServerText>
      </p>
      {found.totalPages !== null && (
        <p>
          {t('connection.testPages')}: {formatCount(found.totalPages, locale)}
        </p>
      )}
      {found.sample.length > 0 && (
        <p>
          {t('connection.testSample')}: {found.sample.join(' · ')}
        </p>
      )}
    </Notice>
  )
}
