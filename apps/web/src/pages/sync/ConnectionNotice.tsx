import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { useConnection } from '../../api/connection.js'
import { canConfigure } from '../../lib/capabilities.js'
import { useUser } from '../../session/SessionGate.js'
import { buttonClass } from '../../ui/Button.js'
import { Notice } from '../../ui/Notice.js'

/** Warns when the connection is missing or inactive, with a link for those who may change it. */
export function ConnectionNotice() {
  const { t } = useTranslation()
  const { data: connection } = useConnection()
  const mayConfigure = canConfigure(useUser())
  if (connection === undefined || connection?.isActive) return null

  const [title, body, action] =
    connection === null
      ? [t('sync.noConnectionTitle'), t('sync.noConnectionBody'), t('sync.noConnectionAction')]
      : [t('sync.inactiveTitle'), t('sync.inactiveBody'), t('sync.inactiveAction')]
  return (
    <Notice
      tone="warn"
      title={title}
      actions={
        mayConfigure && (
          <Link href="/conexion" className={buttonClass('plain')}>
            {action}
          </Link>
        )
      }
    >
      {mayConfigure ? body : t('sync.askAdmin')}
    </Notice>
  )
}
