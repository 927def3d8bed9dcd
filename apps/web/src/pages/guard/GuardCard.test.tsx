// @vitest-environment jsdom
import type { Guard, Role } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { GuardCard } from './GuardCard.js'

const PATH = '/api/cianbox/sync/runs/r1/guard'
const item = (cianboxId: string, name: string | null) => ({
  cianboxId,
  name,
  sku: `SKU-${cianboxId}`,
  categoryName: 'Pinturas',
  price: '84300.5',
  stock: '14',
})
const guard: Guard = {
  kind: 'retire',
  subject: 'products',
  count: 1000,
  of: 2493,
  earlier: 0,
  share: 0.4,
  limit: 0.15,
  revision: 3,
  breakdown: [
    { name: 'Pinturas', count: 412 },
    { name: null, count: 588 },
  ],
  items: [item('1', 'Látex interior 20 l'), item('2', null)],
  nextCursor: null,
  openedAt: '2026-11-24T15:31:00Z',
  expiresAt: '2026-11-25T15:31:00Z',
  decision: null,
  decidedBy: null,
  decidedByName: null,
  decidedAt: null,
}
let api: FakeApi

beforeEach(() => {
  startI18n()
  api = fakeApi()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

async function open(part: Partial<Guard> = {}, role: Role = 'operator') {
  api.on('GET /api/auth/me', { body: { ...USER, role } })
  api.on(`GET ${PATH}`, { body: { ...guard, ...part } })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <GuardCard runId="r1" />
      </SessionGate>
    </QueryClientProvider>,
  )
  return within(await screen.findByRole('region'))
}

describe('a question', () => {
  it('shows the counts, the limit, what has not happened yet, and the deadline', async () => {
    const card = await open()
    const title = card.getByRole('heading').textContent?.replace(/\s/g, ' ')
    expect(title).toBe('1.000 de 2.493 productos ya no están en Cianbox (40 %; tu límite es 15 %)')
    expect(card.getByText(/Todavía no se dio de baja nada/)).toBeTruthy()
    expect(card.getByText(/^Si nadie decide, la sincronización termina el 25/)).toBeTruthy()
  })

  it('lists the affected products with price and stock, and counts the categories', async () => {
    const card = await open()
    const rows = within(card.getByRole('table', { name: 'Lo que se pregunta' })).getAllByRole('row')
    expect(rows[1]?.textContent).toMatch(/Látex interior 20 l.*84\.300,50.*14/)
    expect(rows[2]?.textContent).toContain('Id 2')
    expect(card.getByText('Sin categoría: 588')).toBeTruthy()
    const chip = card.getByRole('button', { name: 'Pinturas 412' })
    fireEvent.click(chip)
    await waitFor(() => expect(chip.getAttribute('aria-pressed')).toBe('true'))
  })

  it('about a reference list has its own texts, and lists names only', async () => {
    const card = await open({ subject: 'brands', count: 1, of: 86, share: 1 / 86, breakdown: [] })
    expect(card.getByRole('heading').textContent).toMatch(/^1 de 86 marcas ya no está en Cianbox/)
    expect(card.queryByText('Último precio')).toBeNull()
    expect(card.getByRole('button', { name: 'Dar de baja 1' })).toBeTruthy()
  })

  it('counts earlier retirements if they are the reason', async () => {
    const card = await open({ count: 20, earlier: 380, share: 0.1605 })
    expect(card.getByText(/Con los 380 dados de baja hace poco es el 16\s%; tu límite es 15\s%/)).toBeTruthy()
  })

  it('about unusual values mentions changes', async () => {
    const card = await open({ kind: 'values' })
    expect(card.getByRole('heading').textContent).toMatch(/traen cambios fuera de lo común/)
    expect(card.getByRole('button', { name: 'No guardarlos' })).toBeTruthy()
  })
})

describe('the answer', () => {
  it.each([
    ['Dar de baja 1.000', 'confirm', { revision: 3 }],
    ['No dar de baja', 'refuse', {}],
  ])('«%s» is sent, and says what was shown', async (name, decision, body) => {
    api.on(`POST ${PATH}/${decision}`, { body: { id: 'r1' } })
    const card = await open()
    fireEvent.click(card.getByRole('button', { name }))
    await waitFor(() => expect(api.sent(`POST ${PATH}/${decision}`)).toEqual([body]))
  })

  it('to an outdated revision shows the new question', async () => {
    api.on(`POST ${PATH}/confirm`, () => {
      api.on(`GET ${PATH}`, { body: { ...guard, count: 1200, revision: 4 } })
      return problem(409, 'Lo que se pregunta cambió desde que lo viste.', undefined, 'guard_changed')
    })
    const card = await open()
    fireEvent.click(card.getByRole('button', { name: 'Dar de baja 1.000' }))
    expect(await card.findByText('Lo que se pregunta cambió desde que lo viste.')).toBeTruthy()
    expect(await card.findByRole('button', { name: 'Dar de baja 1.200' })).toBeTruthy()
  })

  it('is not offered to a viewer, who sees all else', async () => {
    const card = await open({}, 'viewer')
    expect(card.queryByRole('button', { name: /baja/ })).toBeNull()
    expect(card.getByText('Puede decidirlo un operador o un administrador.')).toBeTruthy()
    expect(card.getByRole('table')).toBeTruthy()
  })
})
