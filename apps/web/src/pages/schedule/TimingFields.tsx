import { useTranslation } from 'react-i18next'
import { useLocale } from '../../i18n/i18n.js'
import { describeCron } from '../../lib/cron.js'
import { formatDateTime } from '../../lib/format.js'
import { SelectField, TextField } from '../../ui/Field.js'
import { CHOICES, PRESETS, type ScheduledKind, type Timing, type TimingChoice } from './draft.js'

/** When one kind of run starts, and its next start by the stored schedule. */
export function TimingFields({
  kind,
  timing,
  error,
  nextAt,
  timeZone,
  onChange,
}: {
  kind: ScheduledKind
  timing: Timing
  error: string | undefined
  nextAt: string | null
  timeZone: string
  onChange: (timing: Timing) => void
}) {
  const { t } = useTranslation()
  const locale = useLocale()
  const isCustom = timing.choice === 'custom'
  // A custom expression starts from the last chosen preset.
  const ownCron = timing.choice === 'custom' ? timing.cron : (PRESETS[timing.choice] ?? timing.cron)

  return (
    <fieldset className="min-w-0 border-b border-line p-5">
      <legend className="float-left mb-1 w-full font-semibold">{t(`schedule.${kind}`)}</legend>
      <p className="clear-both mb-4 text-sm text-muted">{t(`schedule.${kind}Hint`)}</p>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('schedule.when')}
          name={`${kind}-when`}
          value={timing.choice}
          error={isCustom ? undefined : error}
          onChange={(event) => onChange({ choice: event.target.value as TimingChoice, cron: ownCron })}
        >
          {CHOICES[kind].map((choice) => (
            <option key={choice} value={choice}>
              {t(`scheduleChoice.${choice}`)}
            </option>
          ))}
        </SelectField>
        {isCustom && (
          <TextField
            label={t('schedule.cron')}
            name={`${kind}-cron`}
            hint={<CronHint expression={timing.cron} />}
            error={error}
            value={timing.cron}
            onChange={(event) => onChange({ choice: 'custom', cron: event.target.value })}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={100}
          />
        )}
      </div>
      <p className="mt-3 text-sm">
        {nextAt === null
          ? t('schedule.noNext')
          : t('schedule.next', { date: formatDateTime(nextAt, locale, timeZone) })}
      </p>
    </fieldset>
  )
}

/** The expression in plain words, if it is valid, and the order of the five fields. */
function CronHint({ expression }: { expression: string }) {
  const { t } = useTranslation()
  const sentence = describeCron(expression, useLocale())
  return (
    <>
      {sentence !== null && <span className="mb-1 block font-medium text-ink">{sentence}</span>}
      {t('schedule.cronHint')}
    </>
  )
}
