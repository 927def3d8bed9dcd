import type { ComponentProps, ReactNode } from 'react'
import { useId } from 'react'
import { cx } from './cx.js'

interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
}

/** A labelled text input, described by its hint and its error. */
export function TextField({ label, hint, error, className, ...input }: FieldProps & ComponentProps<'input'>) {
  const id = useId()
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} className={className}>
      <input
        {...input}
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, hint, error)}
        className={CONTROL_CLASS}
      />
    </FieldFrame>
  )
}

/** A labelled native select. */
export function SelectField({
  label,
  hint,
  error,
  className,
  children,
  ...select
}: FieldProps & ComponentProps<'select'>) {
  const id = useId()
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} className={className}>
      <select
        {...select}
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, hint, error)}
        className={CONTROL_CLASS}
      >
        {children}
      </select>
    </FieldFrame>
  )
}

/** A labelled checkbox, shown as a switch. */
export function SwitchField({
  label,
  hint,
  ...input
}: { label: string; hint?: string } & ComponentProps<'input'>) {
  const id = useId()
  return (
    <div className="flex items-start gap-3">
      <input
        {...input}
        id={id}
        type="checkbox"
        aria-describedby={describedBy(id, hint, undefined)}
        className={cx(
          'relative mt-0.5 h-6 w-10 shrink-0 cursor-pointer appearance-none rounded-full bg-line-strong transition-colors',
          'before:absolute before:top-1 before:left-1 before:size-4 before:rounded-full before:bg-white',
          'before:transition-transform checked:bg-accent-fill checked:before:translate-x-4',
          'disabled:cursor-not-allowed disabled:opacity-50',
        )}
      />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}

function FieldFrame({
  id,
  label,
  hint,
  error,
  className,
  children,
}: FieldProps & { id: string; className?: string | undefined; children: ReactNode }) {
  return (
    <div className={cx('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-sm text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

function describedBy(id: string, hint: ReactNode, error: string | undefined): string | undefined {
  const ids = [error !== undefined && `${id}-error`, hint && `${id}-hint`].filter(Boolean)
  return ids.length > 0 ? ids.join(' ') : undefined
}

/** 16 px on a phone: iOS zooms in when an input with a smaller font gets the focus. */
export const CONTROL_CLASS = cx(
  'min-h-10 w-full rounded-md border border-line-strong bg-surface px-3 py-2 text-base text-ink sm:text-sm',
  'placeholder:text-muted aria-invalid:border-danger disabled:bg-sunken disabled:text-muted',
)
