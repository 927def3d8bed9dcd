import { isFinal, type Run } from '@espejo/contract'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { buttonClass } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'

/** Explains that the counts are of a dry run; with `linked`, links to the run's page. */
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
