import type { ReactNode } from 'react'
import { cx } from './cx.js'

export type Tone = 'info' | 'ok' | 'warn' | 'danger'

/**
 * A message within the page. With `live`, screen readers announce it when it appears: `danger`
 * immediately (`role=alert`), other tones at the next pause (`role=status`).
 */
export function Notice({
  tone,
  title,
  children,
  actions,
  live = false,
}: {
  tone: Tone
  title?: string
  children?: ReactNode
  actions?: ReactNode
  live?: boolean
}) {
  const role = tone === 'danger' ? 'alert' : 'status'
  return (
    <div
      {...(live ? { role } : {})}
      className={cx('rounded-lg border-l-4 px-4 py-3 text-sm', NOTICE_TONES[tone])}
    >
      {title && <p className="font-semibold">{title}</p>}
      {children && <div className={cx('text-ink', title && 'mt-0.5')}>{children}</div>}
      {actions && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
    </div>
  )
}

/** A short text on a coloured background. The text alone must carry the meaning. */
export function Badge({ tone, children }: { tone: Tone | 'neutral'; children: ReactNode }) {
  return (
    <span
      className={cx(
        'inline-flex items-center rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
        BADGE_TONES[tone],
      )}
    >
      {children}
    </span>
  )
}

const NOTICE_TONES: Record<Tone, string> = {
  info: 'border-accent bg-accent-soft text-accent',
  ok: 'border-ok bg-ok-soft text-ok',
  warn: 'border-warn bg-warn-soft text-warn',
  danger: 'border-danger bg-danger-soft text-danger',
}

const BADGE_TONES: Record<Tone | 'neutral', string> = {
  neutral: 'bg-sunken text-muted',
  info: 'bg-accent-soft text-accent',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
}
