import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignIn } from '../api/session.js'
import { useSetupStatus } from '../api/setup.js'
import { ErrorText } from '../components/ErrorText.js'
import { usePageTitle } from '../components/page-title.js'
import { Settings } from '../components/Settings.js'
import { Button } from '../ui/Button.js'
import { TextField } from '../ui/Field.js'
import { Logo } from '../ui/icons.js'
import { Notice } from '../ui/Notice.js'
import { Card } from '../ui/Page.js'

/** The sign-in form. After a failure it shows the server's sentence and keeps the email. */
export function SignIn({ expired }: { expired: boolean }) {
  const { t } = useTranslation()
  const signIn = useSignIn()
  const setup = useSetupStatus()
  const form = useRef<HTMLFormElement>(null)
  usePageTitle(t('signIn.title'))

  useEffect(() => {
    if (signIn.isError) form.current?.querySelector<HTMLInputElement>('[name=password]')?.select()
  }, [signIn.isError])

  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 px-4 py-10">
      <div className="flex flex-col items-center gap-2 text-center">
        <Logo />
        <p className="text-lg font-semibold tracking-tight">{t('app.name')}</p>
        <p className="text-sm text-muted">{t('app.tagline')}</p>
      </div>
      <Card className="p-6">
        <h1 className="mb-4 text-xl font-semibold">{t('signIn.title')}</h1>
        <form
          ref={form}
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (signIn.isPending) return
            const data = new FormData(event.currentTarget)
            signIn.mutate({ email: String(data.get('email')), password: String(data.get('password')) })
          }}
        >
          {setup.data?.needed && (
            <Notice tone="info" title={t('setup.neededTitle')} live>
              {t('setup.neededBody')}
            </Notice>
          )}
          {expired && signIn.isIdle && (
            <Notice tone="info" live>
              {t('signIn.expired')}
            </Notice>
          )}
          {signIn.isError && (
            <Notice tone="danger" live>
              <ErrorText error={signIn.error} />
            </Notice>
          )}
          <TextField
            label={t('signIn.email')}
            name="email"
            type="email"
            autoComplete="username"
            required
            maxLength={254}
          />
          <TextField
            label={t('signIn.password')}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={1024}
          />
          <Button type="submit" tone="primary" busy={signIn.isPending}>
            {signIn.isPending ? t('signIn.submitting') : t('signIn.submit')}
          </Button>
        </form>
      </Card>
      <Settings />
    </main>
  )
}
