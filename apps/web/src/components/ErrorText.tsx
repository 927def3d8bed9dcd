import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/api-error.js'

/** What went wrong, for a person: the server's sentence where it sent one, ours where it could not. */
export function ErrorText({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (!(error instanceof ApiError)) return t('error.unknown')
  if (error.sentence !== null) return <ServerText>{error.sentence}</ServerText>
  return error.status === null ? t('error.network') : t('error.unreadable', { status: error.status })
}

/** A sentence the server wrote. It writes in Spanish, whatever the language of the screen. */
export function ServerText({ children }: { children: string }) {
  return <span lang="es-AR">{children}</span>
}
