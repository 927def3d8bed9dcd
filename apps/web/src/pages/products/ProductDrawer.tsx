import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/api-error.js'
import { useProduct } from '../../api/products.js'
import { LoadError } from '../../components/LoadError.js'
import { Dialog } from '../../ui/Dialog.js'
import { EmptyState, Skeleton } from '../../ui/Page.js'
import { ProductDetails } from './ProductDetails.js'

/** One product in a drawer above the table. */
export function ProductDrawer({
  cianboxId,
  name,
  onClose,
}: {
  cianboxId: string
  /** From the table: the title while the product loads. */
  name: string | undefined
  onClose: () => void
}) {
  const { t } = useTranslation()
  const product = useProduct(cianboxId)
  const missing = product.error instanceof ApiError && product.error.status === 404
  return (
    <Dialog
      shape="drawer"
      title={product.data?.name ?? name ?? t('product.details')}
      closeLabel={t('dialog.close')}
      onClose={onClose}
    >
      {product.isPending && <Skeleton label={t('app.loading')} rows={8} />}
      {product.isLoadingError && missing && (
        <EmptyState title={t('product.missing')}>{t('product.missingBody')}</EmptyState>
      )}
      {product.isLoadingError && !missing && <LoadError query={product} />}
      {product.data && <ProductDetails product={product.data} />}
    </Dialog>
  )
}
