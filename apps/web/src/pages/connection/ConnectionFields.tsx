import type { Dialect } from '@espejo/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { SelectField, SwitchField, TextField } from '../../ui/Field.js'
import type { Draft, DraftField } from './draft.js'

/** The fields, in three groups. */
export function ConnectionFields({
  draft,
  onChange,
  errorOf,
  hasPassword,
  requestsToday,
}: {
  draft: Draft
  onChange: (part: Partial<Draft>) => void
  errorOf: (field: DraftField) => string | undefined
  hasPassword: boolean
  /** Null: there is no connection yet. */
  requestsToday: number | null
}) {
  const { t } = useTranslation()

  const text = (field: Exclude<DraftField, 'dialect' | 'isActive'>) => ({
    label: t(`connection.${field}`),
    name: field,
    value: draft[field],
    error: errorOf(field),
    onChange: (event: { target: { value: string } }) => onChange({ [field]: event.target.value }),
    autoComplete: 'off',
    spellCheck: false,
  })

  return (
    <>
      <Group title={t('connection.account')}>
        <TextField {...text('cuenta')} hint={t('connection.cuentaHint')} autoCapitalize="none" />
        <SelectField
          label={t('connection.dialect')}
          name="dialect"
          value={draft.dialect}
          error={errorOf('dialect')}
          onChange={(event) => onChange({ dialect: event.target.value as Dialect })}
        >
          <option value="v2">{t('connection.dialectV2')}</option>
          <option value="simple">{t('connection.dialectSimple')}</option>
        </SelectField>
      </Group>
      <Group title={t('connection.credentials')}>
        <TextField {...text('appName')} />
        <TextField {...text('appCode')} />
        <TextField {...text('user')} autoCapitalize="none" />
        <TextField
          {...text('password')}
          type="password"
          // Prevents a password manager from filling in the person's own password.
          autoComplete="new-password"
          placeholder={hasPassword ? t('connection.passwordPlaceholder') : undefined}
          hint={hasPassword ? t('connection.passwordStored') : undefined}
        />
      </Group>
      <Group title={t('connection.pace')}>
        <TextField {...text('pageSize')} inputMode="numeric" hint={t('connection.pageSizeHint')} />
        <TextField
          {...text('requestsPerSecond')}
          inputMode="decimal"
          hint={t('connection.requestsPerSecondHint')}
        />
        <TextField
          {...text('dailyRequestBudget')}
          inputMode="numeric"
          placeholder={t('connection.noBudget')}
          hint={
            requestsToday === null
              ? t('connection.dailyRequestBudgetHint')
              : `${t('connection.dailyRequestBudgetHint')} ${t('connection.requestsToday', { n: requestsToday })}`
          }
        />
        <div className="sm:col-span-2">
          <SwitchField
            label={t('connection.isActive')}
            hint={t('connection.isActiveHint')}
            name="isActive"
            checked={draft.isActive}
            onChange={(event) => onChange({ isActive: event.target.checked })}
          />
        </div>
      </Group>
    </>
  )
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 border-b border-line p-5 last:border-b-0">
      <legend className="float-left mb-4 w-full font-semibold">{title}</legend>
      <div className="clear-both grid gap-4 sm:grid-cols-2">{children}</div>
    </fieldset>
  )
}
