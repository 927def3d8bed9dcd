// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { WebhookCard } from './WebhookCard.js'

const PATH = '/api/cianbox/connection/webhook'
const off = { registered: false, url: null, events: [], lastReceivedAt: null }
const on = { ...off, registered: true, url: 'https://shop.example/secret', events: ['productos', 'otros'] }
let api: FakeApi

beforeEach(() => {
  api = fakeApi()
  api.on('GET /api/auth/me', { body: USER })
  api.on(`GET ${PATH}`, { body: off })
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe("Cianbox's notifications", () => {
  it('are turned on, and their secret address is not shown', async () => {
    api.on(`PUT ${PATH}`, { body: on })
    await open()
    press('Activar los avisos')
    expect(await screen.findByText('Avisos activados.')).toBeTruthy()
    expect(screen.getByText('productos, otros')).toBeTruthy()
    expect(screen.getByText('Todavía ninguno')).toBeTruthy()
    expect(document.body.textContent).not.toContain('secret')
    expect(api.sent(`PUT ${PATH}`)).toEqual([{ replace: false }])
  })

  it('of another system are replaced only after confirmation', async () => {
    api.on(`PUT ${PATH}`, (body) =>
      (body as { replace: boolean }).replace
        ? { body: on }
        : problem(409, 'Cianbox ya le avisa a otro sistema.', undefined, 'webhook_taken'),
    )
    await open()
    press('Activar los avisos')
    expect(await screen.findByText('Cianbox ya le avisa a otro sistema.')).toBeTruthy()
    press('Reemplazarlo')
    expect(await screen.findByText('Avisos activados.')).toBeTruthy()
    expect(api.sent(`PUT ${PATH}`)).toEqual([{ replace: false }, { replace: true }])
  })

  it("show the server's message if they cannot be turned on", async () => {
    api.on(
      `PUT ${PATH}`,
      problem(422, 'Este servidor no sabe su dirección pública.', undefined, 'public_url_missing'),
    )
    await open()
    press('Activar los avisos')
    expect(await screen.findByText('Este servidor no sabe su dirección pública.')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Reemplazarlo' })).toBeNull()
  })

  it('are turned off', async () => {
    api.on(`GET ${PATH}`, { body: on })
    api.on(`DELETE ${PATH}`, { status: 204 })
    await open()
    press('Desactivar los avisos')
    expect(await screen.findByText('Avisos desactivados.')).toBeTruthy()
    expect(screen.getByText('Desactivados')).toBeTruthy()
  })

  it('are read-only for a person who may not change them', async () => {
    api.on('GET /api/auth/me', { body: { ...USER, role: 'operator' } })
    await open()
    expect(screen.queryByRole('button')).toBeNull()
  })
})

async function open() {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <WebhookCard />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByText(/^(Activados|Desactivados)$/)
}

const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
