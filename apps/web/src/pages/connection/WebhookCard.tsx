import type { Webhook } from '@espejo/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/api-error.js'
import { useRegisterWebhook, useRemoveWebhook, useWebhook } from '../../api/webhook.js'
import { ErrorText } from '../../components/ErrorText.js'
import { LoadError } from '../../components/LoadError.js'
import { useLocale } from '../../i18n/i18n.js'
import { canConfigure } from '../../lib/capabilities.js'
import { formatDateTime } from '../../lib/format.js'
import { useUser } from '../../session/SessionGate.js'
import { Button } from '../../ui/Button.js'
import { DescriptionList } from '../../ui/DescriptionList.js'
import { Badge, Notice } from '../../ui/Notice.js'
import { Card, Skeleton } from '../../ui/Page.js'

/** Cianbox's notifications of changes: their state, the last one, and the buttons to turn them on and off. */
export function WebhookCard() {
  const { t } = useTranslation()
  const webhook = useWebhook()
  const mayEdit = canConfigure(useUser())

  return (
    <section aria-labelledby="webhook">
      <Card className="flex flex-col gap-4 p-5">
        <div>
          <div className="flex flex-wrap items-center gap-3">
            <h2 id="webhook" className="font-semibold">
              {t('webhook.title')}
            </h2>
            {webhook.data && (
              <Badge tone={webhook.data.registered ? 'ok' : 'neutral'}>
                {t(webhook.data.registered ? 'webhook.on' : 'webhook.off')}
              </Badge>
            )}
          </div>
          <p className="mt-1 text-sm text-muted">{t('webhook.intro')}</p>
        </div>
        {webhook.isPending && <Skeleton label={t('app.loading')} rows={2} />}
        {webhook.isLoadingError && <LoadError query={webhook} />}
        {webhook.data?.registered && <WebhookFacts webhook={webhook.data} />}
        {webhook.data && mayEdit && <WebhookActions registered={webhook.data.registered} />}
      </Card>
    </section>
  )
}

function WebhookFacts({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation()
  const locale = useLocale()
  const last = webhook.lastReceivedAt
  return (
    <DescriptionList
      items={[
        [
          t('webhook.events'),
          webhook.events.map((event) => (isKnown(event) ? t(`webhookEvent.${event}`) : event)).join(', '),
        ],
        [t('webhook.last'), last === null ? t('webhook.never') : formatDateTime(last, locale)],
      ]}
    />
  )
}

const KNOWN_EVENTS = [
  'productos',
  'categorias',
  'marcas',
  'listas_precio',
  'sucursales',
  'cotizaciones',
] as const

function isKnown(event: string): event is (typeof KNOWN_EVENTS)[number] {
  return (KNOWN_EVENTS as readonly string[]).includes(event)
}

type Done = 'registered' | 'removed' | null

function WebhookActions({ registered }: { registered: boolean }) {
  const { t } = useTranslation()
  const register = useRegisterWebhook()
  const remove = useRemoveWebhook()
  const [done, setDone] = useState<Done>(null)
  const busy = register.isPending || remove.isPending
  const isTaken = register.error instanceof ApiError && register.error.code === 'webhook_taken'
  const failure = register.error ?? remove.error

  const turnOn = (replace: boolean) => {
    setDone(null)
    remove.reset()
    register.mutate({ replace }, { onSuccess: () => setDone('registered') })
  }
  const turnOff = () => {
    setDone(null)
    register.reset()
    remove.mutate(undefined, { onSuccess: () => setDone('removed') })
  }

  return (
    <>
      {isTaken && (
        <Notice
          tone="warn"
          title={t('webhook.takenTitle')}
          live
          actions={
            <>
              <Button tone="danger" busy={busy} onClick={() => turnOn(true)}>
                {t('webhook.replace')}
              </Button>
              <Button onClick={() => register.reset()}>{t('webhook.leave')}</Button>
            </>
          }
        >
          <ErrorText error={register.error} />
        </Notice>
      )}
      {failure && !isTaken && (
        <Notice tone="danger" live>
          <ErrorText error={failure} />
        </Notice>
      )}
      {done && (
        <Notice tone="ok" live>
          {t(`webhook.${done}`)}
        </Notice>
      )}
      {!isTaken && (
        <div className="flex flex-wrap gap-2">
          <Button busy={busy} onClick={() => turnOn(false)}>
            {t(registered ? 'webhook.again' : 'webhook.turnOn')}
          </Button>
          {registered && (
            <Button tone="quiet" className="text-danger" busy={busy} onClick={turnOff}>
              {t('webhook.turnOff')}
            </Button>
          )}
        </div>
      )}
    </>
  )
}
