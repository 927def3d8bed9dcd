import type { ReactNode } from 'react'
import { useId, useLayoutEffect, useRef } from 'react'
import { cx } from './cx.js'
import { CloseIcon } from './icons.js'

/**
 * A native modal dialog: the browser traps the focus, closes it on Escape and gives the focus back.
 * Mounted means open. `drawer` fills the right side (the whole screen on a phone).
 */
export function Dialog({
  title,
  closeLabel,
  shape = 'box',
  onClose,
  children,
}: {
  title: string
  closeLabel: string
  shape?: 'box' | 'drawer'
  onClose: () => void
  children: ReactNode
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  // A layout effect, whose end comes before the element is removed: only then does closing it give
  // the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])

  return (
    // Escape, which the browser turns into a cancel, is the keyboard's way to what this click does.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
      className={cx('overflow-y-auto overscroll-contain bg-surface text-ink shadow-2xl', SHAPES[shape])}
    >
      <header className="sticky top-0 flex items-start justify-between gap-4 border-b border-line bg-surface px-5 py-4">
        <h2 id={titleId} className="min-w-0 text-lg leading-snug font-semibold wrap-anywhere">
          {title}
        </h2>
        <button
          type="button"
          aria-label={closeLabel}
          onClick={onClose}
          className="-m-1 rounded-md p-2 text-muted hover:bg-sunken hover:text-ink"
        >
          <CloseIcon />
        </button>
      </header>
      <div className="px-5 py-4">{children}</div>
    </dialog>
  )
}

const SHAPES = {
  box: 'm-auto w-[min(28rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-xl',
  drawer: 'ml-auto h-dvh max-h-none w-full max-w-full sm:w-[34rem] sm:border-l sm:border-line',
}
