import type { User } from '@espejo/contract'
import { createContext, type ReactNode, use } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../api/session.js'
import { LoadError } from '../components/LoadError.js'
import { SignIn } from './SignIn.js'

const UserContext = createContext<User | null>(null)

/**
 * Shows the app to a signed-in person, else the sign-in form. The address does not change, so that
 * the same page is shown after signing in.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const session = useSession()

  if (session.data?.user) {
    return <UserContext value={session.data.user}>{children}</UserContext>
  }
  if (session.data) return <SignIn expired={session.data.expired} />
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center p-6">
      {session.isError ? (
        <LoadError query={session} />
      ) : (
        <p role="status" className="text-center text-muted">
          {t('app.loading')}
        </p>
      )}
    </main>
  )
}

/** The signed-in person. Throws outside {@link SessionGate}. */
export function useUser(): User {
  const user = use(UserContext)
  if (!user) throw new Error('useUser is for what SessionGate shows')
  return user
}
