import { DialogDismiss, DialogHeading, Dialog as ModalDialog } from '@ariakit/react'
import type { ReactNode } from 'react'
import { cx } from './cx.js'
import { CloseIcon } from './icons.js'

/**
 * A modal dialog: the focus stays inside, Escape and a click outside close it, and the focus returns to
 * the element that had it. It is open while it is mounted. `drawer` fills the right side (the whole
 * screen on a phone).
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
  return (
    <ModalDialog
      open
      onClose={onClose}
      backdrop={<div className="bg-[rgb(8_12_18/0.5)]" />}
      className={cx(
        'fixed z-30 overflow-y-auto overscroll-contain bg-surface text-ink shadow-2xl',
        SHAPES[shape],
      )}
    >
      <header className="sticky top-0 flex items-start justify-between gap-4 border-b border-line bg-surface px-5 py-4">
        <DialogHeading
          render={(heading) => <h2 {...heading} />}
          className="min-w-0 text-lg leading-snug font-semibold wrap-anywhere"
        >
          {title}
        </DialogHeading>
        <DialogDismiss
          aria-label={closeLabel}
          className="-m-1 rounded-md p-2 text-muted hover:bg-sunken hover:text-ink"
        >
          <CloseIcon />
        </DialogDismiss>
      </header>
      <div className="px-5 py-4">{children}</div>
    </ModalDialog>
  )
}

const SHAPES = {
  box: 'inset-0 m-auto h-fit w-[min(28rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] rounded-xl',
  drawer: 'inset-y-0 right-0 w-full sm:w-[34rem] sm:border-l sm:border-line',
}
