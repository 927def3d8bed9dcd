import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { cx } from './cx.js'
import { CONTROL_CLASS } from './Field.js'

interface ComboboxOption {
  id: string
  name: string
}

/** More are not drawn: nobody reads them, and typing narrows them. */
const MAX_SHOWN = 100

/**
 * A select that one can type into, by the combobox pattern of the ARIA guide: arrows move, Enter
 * takes, Escape gives up. The first choice, `allLabel`, is none (`''`).
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
  /** Said when nothing matches what was typed. */
  emptyLabel: string
  options: readonly ComboboxOption[]
  /** Id of the chosen option, `''` for none. */
  value: string
  match: (options: readonly ComboboxOption[], typed: string) => readonly ComboboxOption[]
  onChange: (id: string) => void
}) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const [active, setActive] = useState(0)
  const isOpen = typed !== null
  const found = match(options, typed ?? '')
  const shown = [...(typed ? [] : [{ id: '', name: allLabel }]), ...found.slice(0, MAX_SHOWN)]
  const chosenName = options.find((option) => option.id === value)?.name ?? value

  const open = () => {
    if (isOpen) return
    setTyped('')
    setActive(0)
  }
  const close = () => setTyped(null)
  const take = (option: ComboboxOption | undefined) => {
    if (!option) return
    close()
    if (option.id !== value) onChange(option.id)
  }
  const move = (to: number) => {
    if (shown.length === 0) return
    const next = (to + shown.length) % shown.length
    setActive(next)
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!isOpen) open()
      else move(event.key === 'ArrowDown' ? active + 1 : active - 1)
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault()
      take(shown[active])
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault()
      close()
    }
  }

  return (
    <div className="relative flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && shown[active] ? `${id}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed ?? chosenName}
        // While it is open, what is chosen is still in sight.
        placeholder={isOpen && chosenName !== '' ? chosenName : allLabel}
        onClick={open}
        onChange={(event) => {
          setTyped(event.target.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        className={cx(CONTROL_CLASS, 'truncate pr-8')}
      />
      <Arrow />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        tabIndex={-1}
        hidden={!isOpen}
        // The field keeps the focus; otherwise its blur would close the list before the click.
        onPointerDown={(event) => event.preventDefault()}
        className="absolute top-full z-10 mt-1 max-h-72 w-full overflow-y-auto rounded-md border border-line-strong bg-surface py-1 text-sm shadow-lg lg:w-max lg:max-w-96 lg:min-w-full"
      >
        {shown.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keyboard
          <div
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={option.id === value}
            onClick={() => take(option)}
            className={cx(
              'cursor-pointer px-3 py-1.5 wrap-anywhere',
              index === active ? 'bg-accent-soft' : 'hover:bg-sunken',
              option.id === value && 'font-medium text-accent',
            )}
          >
            {option.name}
          </div>
        ))}
      </div>
      <p role="status" className="absolute top-full mt-1 w-full text-sm text-muted empty:hidden">
        {isOpen && shown.length === 0 ? emptyLabel : ''}
      </p>
    </div>
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
