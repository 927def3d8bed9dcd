import { useTranslation } from 'react-i18next'
import { useSchedule } from '../../api/schedule.js'
import { LoadError } from '../../components/LoadError.js'
import { usePageTitle } from '../../components/page-title.js'
import { canConfigure } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { Notice } from '../../ui/Notice.js'
import { Card, PageHeader, Skeleton } from '../../ui/Page.js'
import { ScheduleForm } from './ScheduleForm.js'

/** The schedule of runs, and the share of products that a run may retire without confirmation. */
export function SchedulePage() {
  const { t } = useTranslation()
  const schedule = useSchedule()
  const mayEdit = canConfigure(useUser())
  usePageTitle(t('schedule.title'))

  return (
    <div className="max-w-3xl">
      <PageHeader title={t('schedule.title')} intro={t('schedule.intro')} />
      <div className="flex flex-col gap-4">
        {schedule.isPending && (
          <Card>
            <Skeleton label={t('app.loading')} />
          </Card>
        )}
        {schedule.isLoadingError && <LoadError query={schedule} />}
        {schedule.data && (
          <>
            {!mayEdit && <Notice tone="info">{t('schedule.readOnly')}</Notice>}
            <ScheduleForm schedule={schedule.data} mayEdit={mayEdit} />
          </>
        )}
      </div>
    </div>
  )
}
