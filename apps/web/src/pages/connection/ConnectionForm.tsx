import type { Connection } from '@espejo/contract'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/api-error.js'
import { useSaveConnection, useTestConnection } from '../../api/connection.js'
import { ErrorText } from '../../components/ErrorText.js'
import { useLocale } from '../../i18n/i18n.js'
import { canConfigure, canOperate } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'
import { Card } from '../../ui/Page.js'
import { ConnectionFields } from './ConnectionFields.js'
import { type Draft, type DraftField, toDraft } from './draft.js'
import { TestResult } from './TestResult.js'
import { useFieldErrors } from './use-field-errors.js'

/**
 * The form: saves the typed values, or tests them at the ERP. The contract's schema validates them
 * before the request, and the server after it. Errors are shown at their fields, and the first one
 * gets the focus.
 */
export function ConnectionForm({
  connection,
  onEdit,
  onSaved,
}: {
  connection: Connection | null
  onEdit: () => void
  onSaved: () => void
}) {
  const { t } = useTranslation()
  const decimalPoint = useLocale() === 'en' ? '.' : ','
  const user = useUser()
  const mayEdit = canConfigure(user)
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState(() => toDraft(connection, decimalPoint))
  const hasPassword = connection?.hasPassword ?? false
  const fields = useFieldErrors(form)
  const save = useSaveConnection()
  const test = useTestConnection()
  const failure = save.error ?? test.error

  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part })
    for (const field of Object.keys(part)) fields.clear(field as DraftField)
    test.reset()
    onEdit()
  }
  const refused = (error: Error) => fields.refuse(error instanceof ApiError ? error.fieldErrors : {})

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = save.isPending ? null : fields.check(draft, hasPassword)
    if (!body) return
    test.reset()
    save.mutate(body, {
      onSuccess: (saved) => {
        setDraft(toDraft(saved, decimalPoint))
        onSaved()
      },
      onError: refused,
    })
  }
  const tryOut = () => {
    const body = fields.check(draft, hasPassword)
    if (!body) return
    save.reset()
    const { cuenta, appName, appCode, user, dialect, password } = body
    const typed = password === undefined ? {} : { password }
    test.mutate({ cuenta, appName, appCode, user, dialect, ...typed }, { onError: refused })
  }

  return (
    <Card>
      <form ref={form} noValidate onSubmit={submit}>
        <fieldset disabled={!mayEdit} className="min-w-0">
          <ConnectionFields
            draft={draft}
            onChange={change}
            errorOf={fields.errorOf}
            hasPassword={hasPassword}
            requestsToday={connection?.requestsToday ?? null}
          />
        </fieldset>
        {canOperate(user) && (
          <div className="flex flex-col gap-3 border-t border-line p-5">
            {fields.hasProblems && (
              <Notice tone="danger" live>
                {t('connection.invalid')}
              </Notice>
            )}
            {failure && (
              <Notice tone="danger" live>
                <ErrorText error={failure} />
              </Notice>
            )}
            <div className="flex flex-wrap gap-2">
              {mayEdit && (
                <Button type="submit" tone="primary" busy={save.isPending}>
                  {save.isPending ? t('connection.saving') : t('connection.save')}
                </Button>
              )}
              <Button busy={test.isPending} onClick={tryOut}>
                {test.isPending ? t('connection.testing') : t('connection.test')}
              </Button>
            </div>
            {test.data && <TestResult found={test.data} />}
          </div>
        )}
      </form>
    </Card>
  )
}
