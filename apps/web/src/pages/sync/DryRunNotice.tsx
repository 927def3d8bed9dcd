import { isFinal, type Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { buttonClass } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'

/** Says that the counts of the run in view are of a dry run; with `linked`, leads to its report. */
export function DryRunNotice({ run, linked = false }: { run: Run; linked?: boolean }) {
  const { t } = useTranslation()
  return (
    <Notice
      tone="info"
      title={t(isFinal(run.status) ? 'run.dryTitle' : 'run.dryTitleLive')}
      actions={
        linked &&
        isFinal(run.status) && (
          <Link href={`/corridas/${run.id}`} className={buttonClass('plain')}>
            {t('run.dryOpen')}
          </Link>
        )
      }
    >
      {t('run.dryBody')}
    </Notice>
  )
}
