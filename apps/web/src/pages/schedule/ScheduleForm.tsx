import type { Schedule } from '@espejo/contract'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/api-error.js'
import { useSaveSchedule } from '../../api/schedule.js'
import { ErrorText } from '../../components/ErrorText.js'
import { focusFirstInvalid } from '../../lib/focus-first-invalid.js'
import { Button } from '../../ui/Button.js'
import { TextField } from '../../ui/Field.js'
import { Notice } from '../../ui/Notice.js'
import { Card } from '../../ui/Page.js'
import { type Draft, type GuardField, lacksFullRuns, toBody, toDraft } from './draft.js'
import { TimingFields } from './TimingFields.js'

const GUARD_FIELDS = [
  { name: 'sweepGuardPercent', label: 'guardPercent', hint: 'guardHint', invalid: 'badPercent' },
  { name: 'guardExpiryHours', label: 'expiry', hint: 'expiryHint', invalid: 'badHours' },
] as const

/**
 * The schedule form: a preset or a custom expression for each kind of run. The server alone validates
 * expressions; its message is shown at the field.
 */
export function ScheduleForm({ schedule, mayEdit }: { schedule: Schedule; mayEdit: boolean }) {
  const { t } = useTranslation()
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState(() => toDraft(schedule))
  const [problem, setProblem] = useState<GuardField | null>(null)
  const save = useSaveSchedule()
  const refused = save.error instanceof ApiError ? save.error.fieldErrors : {}

  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part })
    setProblem(null)
    save.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (save.isPending) return
    const ready = toBody(draft)
    setProblem('problem' in ready ? ready.problem : null)
    if ('problem' in ready) return focusFirstInvalid(form.current)
    save.mutate(ready.body, {
      onSuccess: (saved) => setDraft(toDraft(saved)),
      onError: () => focusFirstInvalid(form.current),
    })
  }

  return (
    <Card>
      <form ref={form} noValidate onSubmit={submit}>
        <fieldset disabled={!mayEdit} className="min-w-0">
          {(['full', 'incremental'] as const).map((kind) => (
            <TimingFields
              key={kind}
              kind={kind}
              timing={draft[kind]}
              error={refused[kind]}
              nextAt={kind === 'full' ? schedule.nextFullAt : schedule.nextIncrementalAt}
              timeZone={schedule.timeZone}
              onChange={(timing) => change({ [kind]: timing })}
            />
          ))}
          <fieldset className="min-w-0 p-5">
            <legend className="float-left mb-4 w-full font-semibold">{t('schedule.guard')}</legend>
            <div className="clear-both grid gap-4 sm:grid-cols-2">
              {GUARD_FIELDS.map(({ name, label, hint, invalid }) => (
                <TextField
                  key={name}
                  label={t(`schedule.${label}`)}
                  hint={t(`schedule.${hint}`)}
                  error={problem === name ? t(`schedule.${invalid}`) : refused[name]}
                  name={name}
                  inputMode="numeric"
                  autoComplete="off"
                  value={draft[name]}
                  onChange={(event) => change({ [name]: event.target.value })}
                />
              ))}
            </div>
          </fieldset>
        </fieldset>
        <div className="flex flex-col gap-3 border-t border-line p-5 empty:hidden">
          {lacksFullRuns(schedule) && <Notice tone="warn">{t('schedule.lacksFull')}</Notice>}
          {save.isError && (
            <Notice tone="danger" live>
              <ErrorText error={save.error} />
            </Notice>
          )}
          {save.isSuccess && (
            <Notice tone="ok" live>
              {t('schedule.saved')}
            </Notice>
          )}
          {mayEdit && (
            <div>
              <Button type="submit" tone="primary" busy={save.isPending}>
                {t(save.isPending ? 'schedule.saving' : 'schedule.save')}
              </Button>
            </div>
          )}
        </div>
      </form>
    </Card>
  )
}
