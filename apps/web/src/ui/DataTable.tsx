import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx.js'

/** A `<table>` at every width: on a phone some columns are hidden, and the table semantics stay. */
export function DataTable({
  label,
  className,
  children,
}: {
  label: string
  className?: string
  children: ReactNode
}) {
  return (
    <table aria-label={label} className={cx('w-full border-collapse text-sm', className)}>
      {children}
    </table>
  )
}

interface CellProps {
  /** Right-aligned, digits of equal width. */
  numeric?: boolean
  /** The breakpoint from which the column is shown. */
  from?: 'sm' | 'md' | 'lg'
}

export function HeadCell({ numeric, from, className, ...rest }: CellProps & ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cx(
        'border-b border-line px-3 py-2.5 text-xs font-semibold text-muted first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5',
        numeric ? 'text-right' : 'text-left',
        from && FROM[from],
        className,
      )}
      {...rest}
    />
  )
}

export function Cell({ numeric, from, className, ...rest }: CellProps & ComponentProps<'td'>) {
  return <td className={cellClass({ numeric, from }, className)} {...rest} />
}

/** The header cell of a row. */
export function RowHead({ className, ...rest }: ComponentProps<'th'>) {
  return <th scope="row" className={cx(cellClass({}, className), 'text-left font-normal')} {...rest} />
}

function cellClass(
  { numeric, from }: { numeric?: boolean | undefined; from?: CellProps['from'] },
  more?: string,
) {
  return cx(
    'border-b border-line px-3 py-2.5 align-top first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5 [tr:last-child>&]:border-b-0',
    numeric && 'text-right tabular-nums',
    from && FROM[from],
    more,
  )
}

const FROM = {
  sm: 'hidden sm:table-cell',
  md: 'hidden md:table-cell',
  lg: 'hidden lg:table-cell',
}
