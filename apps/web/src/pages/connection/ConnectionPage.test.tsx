// @vitest-environment jsdom
import type { Connection } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { ConnectionPage } from './ConnectionPage.js'

const PATH = '/api/cianbox/connection'
const stored: Connection = {
  cuenta: 'demo',
  appName: 'Espejo',
  appCode: 'abc',
  user: 'api',
  hasPassword: true,
  pageSize: 200,
  dialect: 'v2',
  requestsPerSecond: 2,
  dailyRequestBudget: null,
  requestsToday: 0,
  isActive: true,
  updatedAt: '2026-01-01T00:00:00Z',
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

describe('the connection form', () => {
  it('shows that a password is stored, and keeps it by sending none', async () => {
    api.on(`PUT ${PATH}`, { body: { ...stored, pageSize: 100 } })
    await open()
    expect(field('Contraseña')).toHaveProperty('value', '')
    expect(screen.getByText(/^Guardada/)).toBeTruthy()

    type('Productos por página', '100')
    press('Guardar')
    expect(await screen.findByText('Conexión guardada.')).toBeTruthy()
    expect(api.sent(`PUT ${PATH}`)).toEqual([expect.objectContaining({ cuenta: 'demo', pageSize: 100 })])
    expect(api.sent(`PUT ${PATH}`)[0]).not.toHaveProperty('password')
  })

  it('marks invalid fields without a request', async () => {
    await open()
    type('Productos por página', '500')
    press('Guardar')
    expect(await screen.findByText('Tiene que ser 200 o menos.')).toBeTruthy()
    await waitFor(() => expect(document.activeElement).toBe(field('Productos por página')))
    expect(api.sent(`PUT ${PATH}`)).toEqual([])
  })

  it("shows the server's message at its field", async () => {
    api.on(
      `PUT ${PATH}`,
      problem(422, 'Hay datos que no se pueden aceptar.', [{ path: 'cuenta', message: 'Esa cuenta no va.' }]),
    )
    await open()
    press('Guardar')
    await screen.findByText('Esa cuenta no va.')
    const describedBy = field('Cuenta').getAttribute('aria-describedby') ?? ''
    const description = describedBy.split(' ').map((id) => document.getElementById(id)?.textContent)
    expect(description).toContain('Esa cuenta no va.')
    expect(field('Cuenta').getAttribute('aria-invalid')).toBe('true')
  })

  it('tests the typed values without saving them', async () => {
    api.on(`POST ${PATH}/test`, {
      body: { ok: true, message: 'Se leyó una página.', totalPages: 25, sample: [] },
    })
    await open()
    type('Usuario', 'otro')
    press('Probar conexión')
    expect(await screen.findByText('La conexión funciona')).toBeTruthy()
    expect(api.sent(`POST ${PATH}/test`)).toEqual([expect.objectContaining({ user: 'otro', cuenta: 'demo' })])
  })

  it('starts empty without a connection, and requires a password', async () => {
    api.on(`GET ${PATH}`, problem(404, 'Todavía no hay una conexión con Cianbox.'))
    await open()
    press('Guardar')
    expect(await screen.findAllByText('Completá este campo.')).toHaveLength(5)
    expect(field('Contraseña').getAttribute('aria-invalid')).toBe('true')
  })

  it('lets an operator test it but not change it', async () => {
    api.on('GET /api/auth/me', { body: { ...USER, role: 'operator' } })
    await open()
    expect(screen.queryByRole('button', { name: 'Guardar' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Borrar conexión' })).toBeNull()
    expect(screen.getByRole('button', { name: 'Probar conexión' })).toBeTruthy()
    expect(field('Cuenta').matches(':disabled')).toBe(true)
  })
})

describe('deleting the connection', () => {
  const off = { registered: false, events: [], lastReceivedAt: null }

  async function confirm() {
    await open()
    press('Borrar conexión')
    fireEvent.click(await screen.findByRole('button', { name: 'Borrar' }))
  }

  it('warns that the notifications are deleted with it', async () => {
    api.on(`GET ${PATH}/webhook`, { body: { ...off, registered: true } })
    await open()
    press('Borrar conexión')
    expect(await screen.findByText(/también le vamos a pedir a Cianbox/)).toBeTruthy()
  })

  it('reports success', async () => {
    api.on(`GET ${PATH}/webhook`, { body: off })
    api.on(`DELETE ${PATH}`, {})
    await confirm()
    expect(await screen.findByText('Conexión borrada.')).toBeTruthy()
  })

  it('reports a webhook that could not be removed at Cianbox', async () => {
    api.on(`GET ${PATH}/webhook`, { body: { ...off, registered: true } })
    const message = 'La conexión se borró, pero Cianbox no respondió bien.'
    api.on(`DELETE ${PATH}`, { body: { code: 'upstream_timeout', message } })
    await confirm()
    expect(await screen.findByText(message)).toBeTruthy()
    expect(screen.queryByText('Conexión borrada.')).toBeNull()
  })
})

async function open() {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <ConnectionPage />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByLabelText('Contraseña')
}

/** By role for «Cuenta»: its group has the same name. */
const field = (label: string) => screen.getByLabelText<HTMLInputElement>(label, { selector: 'input' })
const type = (label: string, value: string) => fireEvent.change(field(label), { target: { value } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
