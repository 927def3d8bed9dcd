import type { ComponentProps } from 'react'
import { cx } from './cx.js'

export type ButtonTone = 'primary' | 'plain' | 'quiet' | 'danger'

/** A button. While `busy` it keeps the focus, has `aria-busy` and ignores clicks. */
export function Button({
  tone = 'plain',
  busy = false,
  className,
  onClick,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { tone?: ButtonTone; busy?: boolean }) {
  return (
    <button
      type={type}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(buttonClass(tone), busy && 'opacity-60', className)}
      {...rest}
    />
  )
}

/** The classes of a button, for links that look like one. */
export function buttonClass(tone: ButtonTone): string {
  return cx(
    'inline-flex min-h-10 items-center justify-center gap-2 rounded-md px-4 py-2 text-sm font-medium',
    'whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50',
    TONES[tone],
  )
}

const TONES: Record<ButtonTone, string> = {
  primary: 'bg-accent-fill text-white hover:bg-accent-fill-hover',
  plain: 'border border-line-strong/60 bg-surface text-ink hover:bg-sunken',
  quiet: 'text-accent hover:bg-accent-soft',
  danger: 'bg-danger-fill text-white hover:brightness-90',
}
