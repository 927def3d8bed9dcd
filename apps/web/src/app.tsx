import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Route, Switch } from 'wouter'
import { createQueryClient } from './api/query-client.js'
import { ErrorBoundary } from './components/ErrorBoundary.js'
import { DemoRibbon } from './layout/DemoRibbon.js'
import { Shell } from './layout/Shell.js'
import { NotFoundPage } from './pages/NotFoundPage.js'
import { RunPage } from './pages/run/RunPage.js'
import { SetupPage } from './pages/setup/SetupPage.js'
import { SyncPage } from './pages/sync/SyncPage.js'
import { SessionGate } from './session/SessionGate.js'
import { LiveSyncProvider } from './sync/LiveSync.js'
import { Skeleton } from './ui/Page.js'

// Each of these pages needs a library that the first screen does not: the combobox, the validator of
// `@espejo/contract/schemas`, the cron descriptions.
const ProductsPage = lazy(async () => ({
  default: (await import('./pages/products/ProductsPage.js')).ProductsPage,
}))
const ConnectionPage = lazy(async () => ({
  default: (await import('./pages/connection/ConnectionPage.js')).ConnectionPage,
}))
const SchedulePage = lazy(async () => ({
  default: (await import('./pages/schedule/SchedulePage.js')).SchedulePage,
}))

/** The whole app: session, live sync, page frame, pages. */
export function App() {
  const [queryClient] = useState(createQueryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <ErrorBoundary>
        <Switch>
          <Route path="/instalar">
            <SetupPage />
          </Route>
          <Route>
            <SessionGate>
              <LiveSyncProvider>
                <Shell>
                  <Suspense fallback={<Loading />}>
                    <Pages />
                  </Suspense>
                </Shell>
              </LiveSyncProvider>
            </SessionGate>
          </Route>
        </Switch>
      </ErrorBoundary>
      <DemoRibbon />
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
        <ConnectionPage />
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
