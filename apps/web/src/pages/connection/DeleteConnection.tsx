import type { WebhookLeft } from '@espejo/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDeleteConnection } from '../../api/connection.js'
import { useWebhook } from '../../api/webhook.js'
import { ErrorText } from '../../components/ErrorText.js'
import { Button } from '../../ui/Button.js'
import { Dialog } from '../../ui/Dialog.js'
import { Notice } from '../../ui/Notice.js'

/** Deletes the connection after a confirmation dialog. */
export function DeleteConnection({ onDeleted }: { onDeleted: (left: WebhookLeft | undefined) => void }) {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  const remove = useDeleteConnection()
  const webhook = useWebhook()

  return (
    <>
      <Button tone="quiet" className="text-danger" onClick={() => setIsOpen(true)}>
        {t('connection.delete')}
      </Button>
      {isOpen && (
        <Dialog
          title={t('connection.deleteTitle')}
          closeLabel={t('dialog.close')}
          onClose={() => setIsOpen(false)}
        >
          <div className="flex flex-col gap-4 text-base text-ink">
            <p>{t('connection.deleteBody')}</p>
            {webhook.data?.registered && <p>{t('webhook.withDelete')}</p>}
            {remove.isError && (
              <Notice tone="danger" live>
                <ErrorText error={remove.error} />
              </Notice>
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={() => setIsOpen(false)}>{t('dialog.cancel')}</Button>
              <Button
                tone="danger"
                busy={remove.isPending}
                // A promise, not onSuccess: this component unmounts with the connection, and onSuccess would not run.
                onClick={() => void remove.mutateAsync().then(onDeleted, ignore)}
              >
                {remove.isPending ? t('connection.deleting') : t('connection.deleteConfirm')}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  )
}

/** The mutation's state shows the failure. */
function ignore(): void {}
