import { Dialog, DialogDisclosure, DialogProvider } from '@ariakit/react'
import type { ReactNode } from 'react'
import { Button } from './Button.js'
import { cx } from './cx.js'

/**
 * A button and the non-modal dialog that it opens. Escape and a click outside close it, and the focus
 * returns to the button. `className` places the dialog.
 */
export function Popover({
  label,
  icon,
  className,
  children,
}: {
  label: string
  icon: ReactNode
  className: string
  children: ReactNode
}) {
  return (
    <DialogProvider>
      <DialogDisclosure render={<Button className="px-3" />}>
        {icon}
        {label}
      </DialogDisclosure>
      <Dialog
        modal={false}
        aria-label={label}
        className={cx('rounded-xl border border-line bg-surface p-5 text-ink shadow-xl', className)}
      >
        {children}
      </Dialog>
    </DialogProvider>
  )
}
