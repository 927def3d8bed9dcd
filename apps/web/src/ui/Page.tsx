import type { ReactNode } from 'react'
import { cx } from './cx.js'

/** The head of a page: its only `h1`, an introduction and the buttons. */
export function PageHeader({
  title,
  intro,
  actions,
}: {
  title: string
  intro?: ReactNode
  actions?: ReactNode
}) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {intro && <div className="mt-1 max-w-3xl text-muted">{intro}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  )
}

/** A panel with a border. */
export function Card({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx('rounded-xl border border-line bg-surface', className)}>{children}</div>
}

/** Shown in place of an empty list or a missing object. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <p className="font-semibold">{title}</p>
      {children && <p className="max-w-md text-sm text-muted">{children}</p>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  )
}

/** Grey bars in place of content that is loading. Screen readers announce `label`. */
export function Skeleton({ label, rows = 6 }: { label: string; rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-4 p-4">
      <span className="sr-only">{label}</span>
      {[...Array(rows).keys()].map((row) => (
        <div key={row} className="flex animate-pulse justify-between gap-8" aria-hidden="true">
          <div className="h-4 w-3/5 rounded bg-sunken" />
          <div className="h-4 w-1/5 rounded bg-sunken" />
        </div>
      ))}
    </div>
  )
}
