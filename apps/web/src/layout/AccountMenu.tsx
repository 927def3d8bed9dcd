import { useTranslation } from 'react-i18next'
import { useSignOut } from '../api/session.js'
import { ErrorText } from '../components/ErrorText.js'
import { Settings } from '../components/Settings.js'
import { useUser } from '../session/SessionGate.js'
import { Button } from '../ui/Button.js'
import { PersonIcon } from '../ui/icons.js'
import { Notice } from '../ui/Notice.js'
import { Popover } from '../ui/Popover.js'

/** The signed-in person, language, appearance and the sign-out button. */
export function AccountMenu() {
  const { t } = useTranslation()
  const user = useUser()
  const signOut = useSignOut()
  return (
    <Popover
      label={t('account.open')}
      icon={<PersonIcon />}
      className="fixed top-16 right-4 w-[min(20rem,calc(100vw-2rem))]"
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
    </Popover>
  )
}
