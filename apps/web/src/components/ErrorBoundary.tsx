import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/Button.js'
import { Notice } from '../ui/Notice.js'

/** React error boundary: shows a message in place of a page that throws while rendering. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { crashed: boolean }> {
  override state = { crashed: false }

  static getDerivedStateFromError() {
    return { crashed: true }
  }

  override render() {
    return this.state.crashed ? <ErrorScreen /> : this.props.children
  }
}

function ErrorScreen() {
  const { t } = useTranslation()
  return (
    <div className="mx-auto max-w-xl p-6">
      <Notice
        tone="danger"
        title={t('error.crashTitle')}
        live
        actions={<Button onClick={() => location.reload()}>{t('error.reload')}</Button>}
      >
        {t('error.unknown')}
      </Notice>
    </div>
  )
}
