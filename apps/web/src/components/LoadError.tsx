import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button.js'
import { Notice } from '../ui/Notice.js'
import { ErrorText } from './ErrorText.js'

/** In place of what could not be loaded, with the way to try again. */
export function LoadError({ error, onRetry, busy }: { error: unknown; onRetry: () => void; busy: boolean }) {
  const { t } = useTranslation()
  return (
    <Notice
      tone="danger"
      title={t('error.title')}
      live
      actions={
        <Button onClick={onRetry} busy={busy}>
          {t('error.retry')}
        </Button>
      }
    >
      <ErrorText error={error} />
    </Notice>
  )
}
