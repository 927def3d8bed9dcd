import { Combobox, ComboboxItem, ComboboxLabel, ComboboxList, ComboboxProvider } from '@ariakit/react'
import { type FocusEvent, useRef, useState } from 'react'
import { cx } from './cx.js'
import { CONTROL_CLASS } from './Field.js'

interface ComboboxOption {
  id: string
  name: string
}

/** Options rendered at once. Typing narrows a longer list. */
const MAX_SHOWN = 100

/**
 * A select with a text filter (ARIA combobox pattern): arrows move, Enter selects, Escape closes
 * without a change. The first option, `allLabel`, selects none (`''`).
 */
export function ComboboxField({
  label,
  allLabel,
  emptyLabel,
  options,
  value,
  match,
  onChange,
}: {
  label: string
  allLabel: string
  /** Announced when no option matches the typed text. */
  emptyLabel: string
  options: readonly ComboboxOption[]
  /** Id of the selected option, `''` for none. */
  value: string
  match: (options: readonly ComboboxOption[], typed: string) => readonly ComboboxOption[]
  onChange: (id: string) => void
}) {
  const field = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const selectedName = options.find((option) => option.id === value)?.name ?? value
  const all = { id: '', name: allLabel }
  const found = isOpen ? match(options, typed).slice(0, MAX_SHOWN) : []
  const shown = isOpen && typed === '' ? [all, ...found] : found

  const setOpen = (open: boolean) => {
    setIsOpen(open)
    if (!open) setTyped('')
  }
  const closeOnBlur = ({ relatedTarget }: FocusEvent) => {
    if (!field.current?.contains(relatedTarget)) setOpen(false)
  }

  return (
    <ComboboxProvider
      open={isOpen}
      setOpen={setOpen}
      inputValue={isOpen ? typed : selectedName}
      setInputValue={setTyped}
      selectedValue={value}
      setSelectedValue={(id: string) => {
        if (id !== value) onChange(id)
      }}
      // Arrow keys go from the last option to the first without a stop at the input.
      compositeElementInFocusOrder={false}
    >
      <div ref={field} className="relative flex flex-col gap-1">
        <ComboboxLabel className="text-sm font-medium">{label}</ComboboxLabel>
        <Combobox
          autoSelect="always"
          setValueOnClick={false}
          spellCheck={false}
          // The selected name stays visible while the list is open.
          placeholder={isOpen && selectedName !== '' ? selectedName : allLabel}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setOpen(false)
          }}
          onBlur={closeOnBlur}
          className={cx(CONTROL_CLASS, 'truncate pr-8')}
        />
        <Arrow />
        <ComboboxList
          onBlur={closeOnBlur}
          className="absolute top-full z-10 mt-1 max-h-72 w-full overflow-y-auto rounded-md border border-line-strong bg-surface py-1 text-sm shadow-lg lg:w-max lg:max-w-96 lg:min-w-full"
        >
          {shown.map((option) => (
            <ComboboxItem
              key={option.id}
              value={option.id}
              setValueOnClick={false}
              aria-selected={option.id === value}
              className={cx(
                'cursor-pointer px-3 py-1.5 wrap-anywhere hover:bg-sunken data-active-item:bg-accent-soft',
                option.id === value && 'font-medium text-accent',
              )}
            >
              {option.name}
            </ComboboxItem>
          ))}
        </ComboboxList>
        <p role="status" className="absolute top-full mt-1 w-full text-sm text-muted empty:hidden">
          {isOpen && shown.length === 0 ? emptyLabel : ''}
        </p>
      </div>
    </ComboboxProvider>
  )
}

function Arrow() {
  return (
    <svg
      viewBox="0 0 20 20"
      className="pointer-events-none absolute right-2.5 bottom-3 size-4 text-muted"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      aria-hidden="true"
    >
      <path d="M5 7.5l5 5 5-5" />
    </svg>
  )
}
