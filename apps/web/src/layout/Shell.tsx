import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { ErrorBoundary } from '../components/ErrorBoundary.js'
import { Logo } from '../ui/icons.js'
import { AccountMenu } from './AccountMenu.js'
import { Nav } from './Nav.js'
import { RunStatusBar } from './RunStatusBar.js'

/** The frame around every page: skip link, header, navigation and run status bar. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent-fill px-4 py-2 text-white focus:translate-y-0"
      >
        {t('app.skip')}
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-8 px-4 sm:px-6">
          <Link href="/" className="flex items-center gap-2.5 py-3 text-lg font-semibold tracking-tight">
            <Logo />
            {t('app.name')}
          </Link>
          <div className="order-last -mx-1 min-w-0 basis-full sm:order-none sm:basis-auto">
            <Nav />
          </div>
          <div className="ml-auto">
            <AccountMenu />
          </div>
        </div>
        <RunStatusBar />
      </header>
      <main id="content" tabIndex={-1} className="mx-auto max-w-6xl px-4 py-6 outline-none sm:px-6 sm:py-8">
        <ErrorBoundary>{children}</ErrorBoundary>
      </main>
    </>
  )
}
