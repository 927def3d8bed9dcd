// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { matchOptions } from '../lib/references.js'
import { ComboboxField } from './ComboboxField.js'

const OPTIONS = [
  { id: '1', name: 'Acme' },
  { id: '2', name: 'Ñandú' },
  { id: '3', name: 'Zeta' },
]

beforeAll(() => {
  // jsdom has no layout, so it lacks scrollIntoView.
  Element.prototype.scrollIntoView = () => undefined
})
afterEach(cleanup)

describe('the field', () => {
  it('opens on a click with all options, and selects the one that is clicked', async () => {
    show()
    await openWithMouse()
    expect(names()).toEqual(['Todas', 'Acme', 'Ñandú', 'Zeta'])
    fireEvent.click(screen.getByRole('option', { name: 'Zeta' }))
    expect(field().value).toBe('Zeta')
    expect(field().getAttribute('aria-expanded')).toBe('false')
  })

  it('narrows to the typed text and selects the first option on Enter', async () => {
    show()
    type('nan')
    await waitFor(() => expect(activeOption()).toBe('Ñandú'))
    expect(names()).toEqual(['Ñandú'])
    fireEvent.keyDown(field(), { key: 'Enter' })
    await waitFor(() => expect(field().value).toBe('Ñandú'))
  })

  it('moves with the arrow keys, wraps at both ends, and names the active option', async () => {
    show()
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    await waitFor(() => expect(activeOption()).toBe('Todas'))
    fireEvent.keyDown(field(), { key: 'ArrowUp' })
    await waitFor(() => expect(activeOption()).toBe('Zeta'))
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    await waitFor(() => expect(activeOption()).toBe('Todas'))
    fireEvent.keyDown(field(), { key: 'ArrowUp' })
    await waitFor(() => expect(activeOption()).toBe('Zeta'))
    fireEvent.keyDown(field(), { key: 'Enter' })
    await waitFor(() => expect(field().value).toBe('Zeta'))
  })

  it('keeps its value on Escape and when the focus leaves, and goes back to none', async () => {
    show('1')
    type('zz')
    expect(screen.getByText('Ninguna coincide')).toBeTruthy()
    fireEvent.keyDown(field(), { key: 'Escape' })
    expect(field().value).toBe('Acme')
    type('zz')
    act(() => field().blur())
    expect(field().value).toBe('Acme')
    expect(screen.queryByText('Ninguna coincide')).toBeNull()
    await openWithMouse()
    fireEvent.click(screen.getByRole('option', { name: 'Todas' }))
    expect(field().value).toBe('')
  })
})

function show(value = '') {
  render(<Holder value={value} />)
  act(() => field().focus())
}

function Holder({ value }: { value: string }) {
  const [chosen, choose] = useState(value)
  return (
    <ComboboxField
      label="Marca"
      allLabel="Todas"
      emptyLabel="Ninguna coincide"
      options={OPTIONS}
      value={chosen}
      match={matchOptions}
      onChange={choose}
    />
  )
}

const field = () => screen.getByRole<HTMLInputElement>('combobox', { name: 'Marca' })
const names = () => screen.getAllByRole('option').map((option) => option.textContent)
const activeOption = () =>
  document.getElementById(field().getAttribute('aria-activedescendant') ?? '')?.textContent

function type(text: string) {
  act(() => field().focus())
  fireEvent.change(field(), { target: { value: text } })
}

async function openWithMouse() {
  fireEvent.mouseDown(field())
  fireEvent.mouseUp(field())
  await screen.findByRole('option', { name: 'Todas' })
}
