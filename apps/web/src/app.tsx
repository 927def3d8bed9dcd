import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Route, Switch } from 'wouter'
import { createQueryClient } from './api/query-client.js'
import { ErrorBoundary } from './components/ErrorBoundary.js'
import { Shell } from './layout/Shell.js'
import { NotFoundPage } from './pages/NotFoundPage.js'
import { ProductsPage } from './pages/products/ProductsPage.js'
import { RunPage } from './pages/run/RunPage.js'
import { SchedulePage } from './pages/schedule/SchedulePage.js'
import { SyncPage } from './pages/sync/SyncPage.js'
import { SessionGate } from './session/SessionGate.js'
import { LiveSyncProvider } from './sync/LiveSync.js'
import { Skeleton } from './ui/Page.js'

/** On its own, for it alone needs the validator, which is as large as the rest together. */
const ConnectionPage = lazy(async () => ({
  default: (await import('./pages/connection/ConnectionPage.js')).ConnectionPage,
}))

/** The whole app: session, live sync, frame, pages. */
export function App() {
  const [queryClient] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <ErrorBoundary>
        <SessionGate>
          <LiveSyncProvider>
            <Shell>
              <Pages />
            </Shell>
          </LiveSyncProvider>
        </SessionGate>
      </ErrorBoundary>
    </QueryClientProvider>
  )
}

function Pages() {
  return (
    <Switch>
      <Route path="/">
        <SyncPage />
      </Route>
      <Route path="/corridas/:runId">{({ runId }) => <RunPage key={runId} runId={runId} />}</Route>
      <Route path="/productos/:cianboxId?">{({ cianboxId }) => <ProductsPage cianboxId={cianboxId} />}</Route>
      <Route path="/conexion">
        <Suspense fallback={<Loading />}>
          <ConnectionPage />
        </Suspense>
      </Route>
      <Route path="/programacion">
        <SchedulePage />
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  )
}

function Loading() {
  const { t } = useTranslation()
  return <Skeleton label={t('app.loading')} />
}
