// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
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
  // jsdom lays nothing out.
  Element.prototype.scrollIntoView = () => undefined
})
afterEach(cleanup)

describe('the field', () => {
  it('opens on a click with all there is, and takes what is clicked', () => {
    show()
    fireEvent.click(field())
    expect(names()).toEqual(['Todas', 'Acme', 'Ñandú', 'Zeta'])
    fireEvent.click(screen.getByRole('option', { name: 'Zeta' }))
    expect(field().value).toBe('Zeta')
    expect(field().getAttribute('aria-expanded')).toBe('false')
  })

  it('narrows to what is typed and takes the first with Enter', () => {
    show()
    fireEvent.change(field(), { target: { value: 'nan' } })
    expect(names()).toEqual(['Ñandú'])
    fireEvent.keyDown(field(), { key: 'Enter' })
    expect(field().value).toBe('Ñandú')
  })

  it('moves with the arrows, round at the ends, and names the option under the mark', () => {
    show()
    fireEvent.keyDown(field(), { key: 'ArrowDown' })
    fireEvent.keyDown(field(), { key: 'ArrowUp' })
    const marked = document.getElementById(field().getAttribute('aria-activedescendant') ?? '')
    expect(marked?.textContent).toBe('Zeta')
    fireEvent.keyDown(field(), { key: 'Enter' })
    expect(field().value).toBe('Zeta')
  })

  it('goes back to none, and keeps its value when one gives up', () => {
    show('1')
    fireEvent.change(field(), { target: { value: 'zz' } })
    expect(screen.getByText('Ninguna coincide')).toBeTruthy()
    fireEvent.keyDown(field(), { key: 'Escape' })
    expect(field().value).toBe('Acme')
    fireEvent.click(field())
    fireEvent.click(screen.getByRole('option', { name: 'Todas' }))
    expect(field().value).toBe('')
  })
})

function show(value = '') {
  render(<Holder value={value} />)
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
