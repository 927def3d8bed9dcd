import { useTranslation } from 'react-i18next'
import { setLocale, useLocale } from '../i18n/i18n.js'
import type { Locale } from '../i18n/locale.js'
import { setTheme, useTheme } from '../lib/theme.js'
import { SegmentedControl } from '../ui/SegmentedControl.js'

/** Each language has its own name, so that a reader of that language finds it. */
const LANGUAGES: readonly { value: Locale; label: string; lang: string }[] = [
  { value: 'es-AR', label: 'Español', lang: 'es' },
  { value: 'en', label: 'English', lang: 'en' },
]

/** Language and theme, stored in `localStorage`. */
export function Settings() {
  const { t } = useTranslation()
  return (
    <div className="flex flex-col gap-4">
      <SegmentedControl
        legend={t('account.language')}
        value={useLocale()}
        options={LANGUAGES}
        onChange={setLocale}
      />
      <SegmentedControl
        legend={t('account.theme')}
        value={useTheme()}
        onChange={setTheme}
        options={[
          { value: 'system', label: t('account.themeSystem') },
          { value: 'light', label: t('account.themeLight') },
          { value: 'dark', label: t('account.themeDark') },
        ]}
      />
    </div>
  )
}
