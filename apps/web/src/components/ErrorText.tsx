import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/api-error.js'

/** An error as a sentence: the server's own if the response has one, else a generic one. */
export function ErrorText({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (!(error instanceof ApiError)) return t('error.unknown')
  if (error.sentence !== null) return <ServerText>{error.sentence}</ServerText>
  return error.status === null ? t('error.network') : t('error.unreadable', { status: error.status })
}

/** A sentence from the server, marked as Spanish: the server does not translate. */
export function ServerText({ children }: { children: string }) {
  return <span lang="es-AR">{children}</span>
}
