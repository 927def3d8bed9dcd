import { SyncProducts } from '@espejo/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <SyncProducts url="/espejo/api/cianbox/sync/products/stream" getToken={() => null} />
  </StrictMode>,
)
