import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignOut } from '../api/session.js'
import { ErrorText } from '../components/ErrorText.js'
import { Settings } from '../components/Settings.js'
import { useUser } from '../session/SessionGate.js'
import { Button } from '../ui/Button.js'
import { PersonIcon } from '../ui/icons.js'
import { Notice } from '../ui/Notice.js'

/** Who is signed in, language, appearance, and the way out. A native popover: Escape closes it. */
export function AccountMenu() {
  const { t } = useTranslation()
  const user = useUser()
  const signOut = useSignOut()
  const id = useId()
  return (
    <>
      <Button tone="plain" popoverTarget={id} className="px-3">
        <PersonIcon />
        {t('account.open')}
      </Button>
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label={t('account.open')}
        className="fixed inset-auto top-16 right-4 m-0 w-[min(20rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-5 text-ink shadow-xl"
      >
        <div className="flex flex-col gap-5">
          <div className="min-w-0">
            <p className="text-xs text-muted">{t('account.signedInAs')}</p>
            <p className="truncate font-medium">{user.name}</p>
            <p className="truncate text-sm text-muted">{user.email}</p>
          </div>
          <Settings />
          {signOut.isError && (
            <Notice tone="danger" live>
              <ErrorText error={signOut.error} />
            </Notice>
          )}
          <Button onClick={() => signOut.mutate()} busy={signOut.isPending}>
            {t('account.signOut')}
          </Button>
        </div>
      </div>
    </>
  )
}
