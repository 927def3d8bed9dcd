import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'wouter'
import { ApiError } from '../../api/api-error.js'
import { useSetUp, useSetupStatus } from '../../api/setup.js'
import { ErrorText } from '../../components/ErrorText.js'
import { LoadError } from '../../components/LoadError.js'
import { usePageTitle } from '../../components/page-title.js'
import { Settings } from '../../components/Settings.js'
import { focusFirstInvalid } from '../../lib/focus-first-invalid.js'
import { Button } from '../../ui/Button.js'
import { TextField } from '../../ui/Field.js'
import { Logo } from '../../ui/icons.js'
import { Notice } from '../../ui/Notice.js'
import { Card, Skeleton } from '../../ui/Page.js'

/** `/instalar?code=…`, the one-time link of the first start: makes the shop and its first administrator. */
export function SetupPage() {
  const { t } = useTranslation()
  const status = useSetupStatus()
  usePageTitle(t('setup.title'))
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 px-4 py-10">
      <div className="flex flex-col items-center gap-2 text-center">
        <Logo />
        <p className="text-lg font-semibold tracking-tight">{t('app.name')}</p>
      </div>
      <Card className="p-6">
        <h1 className="mb-2 text-xl font-semibold">{t('setup.title')}</h1>
        {status.data?.needed && <SetupForm />}
        {status.data?.needed === false && <DoneBefore />}
        {status.isPending && <Skeleton label={t('app.loading')} />}
        {status.isError && !status.data && <LoadError query={status} />}
      </Card>
      <Settings />
    </main>
  )
}

function DoneBefore() {
  const { t } = useTranslation()
  return (
    <>
      <p className="mb-4 text-muted">{t('setup.doneBefore')}</p>
      <Link href="/" className="font-medium text-accent hover:underline">
        {t('setup.goToSignIn')}
      </Link>
    </>
  )
}

function SetupForm() {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const [linkCode] = useState(() => new URLSearchParams(location.search).get('code') ?? '')
  const setUp = useSetUp()
  const form = useRef<HTMLFormElement>(null)
  const refusal = setUp.error instanceof ApiError ? setUp.error : null
  const errors = refusal?.fieldErrors ?? {}
  const codeIsWrong = refusal?.code === 'wrong_setup_code'

  // The code must not stay in the address bar, from where it would get into the history and into screenshots.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])
  useEffect(() => {
    if (setUp.isError) focusFirstInvalid(form.current)
  }, [setUp.isError])

  return (
    <form
      ref={form}
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (setUp.isPending) return
        const data = new FormData(event.currentTarget)
        const text = (name: string) => String(data.get(name) ?? '')
        setUp.mutate(
          {
            code: data.has('code') ? text('code').trim() : linkCode,
            tenantName: text('tenantName'),
            name: text('name'),
            email: text('email'),
            password: text('password'),
          },
          { onSuccess: () => navigate('/') },
        )
      }}
    >
      <p className="text-sm text-muted">{t('setup.intro')}</p>
      {setUp.isError && (
        <Notice tone="danger" live>
          <ErrorText error={setUp.error} />
        </Notice>
      )}
      {(linkCode === '' || codeIsWrong) && (
        <TextField
          label={t('setup.code')}
          hint={t('setup.codeHint')}
          name="code"
          autoComplete="off"
          required
          maxLength={200}
          aria-invalid={codeIsWrong || undefined}
        />
      )}
      <TextField
        label={t('setup.tenantName')}
        name="tenantName"
        autoComplete="organization"
        required
        maxLength={100}
        error={errors.tenantName}
      />
      <TextField
        label={t('setup.name')}
        name="name"
        autoComplete="name"
        required
        maxLength={100}
        error={errors.name}
      />
      <TextField
        label={t('signIn.email')}
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        error={errors.email}
      />
      <TextField
        label={t('signIn.password')}
        hint={t('setup.passwordHint')}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        maxLength={1024}
        error={errors.password}
      />
      <Button type="submit" tone="primary" busy={setUp.isPending}>
        {setUp.isPending ? t('setup.submitting') : t('setup.submit')}
      </Button>
    </form>
  )
}
