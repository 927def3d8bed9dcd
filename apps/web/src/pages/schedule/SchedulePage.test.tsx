// @vitest-environment jsdom

import type { Schedule } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { SchedulePage } from './SchedulePage.js'

const PATH = '/api/cianbox/sync/schedule'
const stored: Schedule = {
  full: '0 3 * * *',
  incremental: null,
  sweepGuardPercent: 15,
  guardExpiryHours: 24,
  timeZone: 'America/Argentina/Buenos_Aires',
  nextFullAt: '2026-11-25T06:02:00Z',
  nextIncrementalAt: null,
}
let api: FakeApi

beforeEach(() => {
  api = fakeApi()
  api.on('GET /api/auth/me', { body: USER })
  api.on(`GET ${PATH}`, { body: stored })
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the schedule', () => {
  it('shows the next start in the time zone of Buenos Aires', async () => {
    await open()
    expect(screen.getByText(/^Próxima: 25 de nov de 2026, 03:02/)).toBeTruthy()
    expect(screen.getByText('No está programada.')).toBeTruthy()
  })

  it('is saved as chosen', async () => {
    api.on(`PUT ${PATH}`, (body) => ({ body: { ...stored, ...(body as object) } }))
    await open()
    choose(1, 'quarterHourly')
    press('Guardar')
    expect(await screen.findByText('Programación guardada.')).toBeTruthy()
    expect(api.sent(`PUT ${PATH}`)).toEqual([
      { full: '0 3 * * *', incremental: '*/15 * * * *', sweepGuardPercent: 15, guardExpiryHours: 24 },
    ])
  })

  it("puts the server's sentence beside an expression that it refuses", async () => {
    api.on(
      `PUT ${PATH}`,
      problem(422, 'Hay datos que no se pueden aceptar.', [{ path: 'full', message: 'No va.' }]),
    )
    await open()
    choose(0, 'custom')
    const cron = screen.getByLabelText<HTMLInputElement>('Expresión cron')
    expect(cron.value).toBe('0 3 * * *')
    fireEvent.change(cron, { target: { value: '99 * * * *' } })
    press('Guardar')
    await screen.findByText('No va.')
    expect(cron.getAttribute('aria-invalid')).toBe('true')
    await waitFor(() => expect(document.activeElement).toBe(cron))
  })

  it('describes an expression in plain words, within its field’s aria-describedby', async () => {
    await open()
    choose(0, 'custom')
    const cron = screen.getByLabelText<HTMLInputElement>('Expresión cron')
    const description = () =>
      document.getElementById(cron.getAttribute('aria-describedby') ?? '')?.textContent
    expect(description()).toMatch(/^A las 03:00Minuto, hora/)
    fireEvent.change(cron, { target: { value: '30 6 * * 1-5' } })
    expect(description()).toMatch(/^A las 06:30, de lunes a viernesMinuto, hora/)
    fireEvent.change(cron, { target: { value: '30 6 * *' } })
    expect(description()).toMatch(/^Minuto, hora/)
  })

  it('refuses an invalid percentage without a request', async () => {
    await open()
    fireEvent.change(screen.getByLabelText(/^Porcentaje/), { target: { value: '0' } })
    press('Guardar')
    expect(await screen.findByText('Tiene que ser un número entero de 1 a 100.')).toBeTruthy()
    expect(api.sent(`PUT ${PATH}`)).toEqual([])
  })

  it('refuses invalid hours without a request', async () => {
    await open()
    fireEvent.change(screen.getByLabelText('Horas para decidir'), { target: { value: '721' } })
    press('Guardar')
    expect(await screen.findByText('Tiene que ser un número entero de 1 a 720.')).toBeTruthy()
    expect(api.sent(`PUT ${PATH}`)).toEqual([])
  })

  it('warns when only incremental runs are scheduled', async () => {
    api.on(`GET ${PATH}`, { body: { ...stored, full: null, nextFullAt: null, incremental: '0 * * * *' } })
    await open()
    expect(screen.getByText(/^Sin una sincronización completa programada/)).toBeTruthy()
  })

  it('is read-only for a person who may not change it', async () => {
    api.on('GET /api/auth/me', { body: { ...USER, role: 'operator' } })
    await open()
    expect(screen.queryByRole('button', { name: 'Guardar' })).toBeNull()
    expect(screen.getByLabelText(/^Porcentaje/).matches(':disabled')).toBe(true)
  })
})

async function open() {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <SchedulePage />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByLabelText(/^Porcentaje/)
}

const choose = (index: number, value: string) =>
  fireEvent.change(screen.getAllByLabelText('Cuándo')[index] as HTMLElement, { target: { value } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
