import { useEffect, useEffectEvent, useState } from 'react'
import { TextField } from '../../ui/Field.js'

const DEBOUNCE_MS = 250

/** A debounced search field. A new `value` replaces the typed text. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
  className,
}: {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
  className?: string
}) {
  const [typed, setTyped] = useState(value)
  const [previousValue, setPreviousValue] = useState(value)
  if (value !== previousValue) {
    setPreviousValue(value)
    setTyped(value)
  }

  const notify = useEffectEvent(() => onChange(typed))
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(notify, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [typed, value])

  return (
    <TextField
      type="search"
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      className={className}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
    />
  )
}
