// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { DemoRibbon } from '../../layout/DemoRibbon.js'
import { SetupPage } from './SetupPage.js'

let api: FakeApi

beforeEach(() => {
  api = fakeApi()
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }))
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  history.replaceState(null, '', '/')
})

function open(path: string, status: object) {
  history.replaceState(null, '', path)
  api.on('GET /api/setup', { body: status })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SetupPage />
      <DemoRibbon />
    </QueryClientProvider>,
  )
}

async function fill(password: string) {
  const type = (label: string, value: string) =>
    fireEvent.change(screen.getByLabelText(label), { target: { value } })
  await screen.findByLabelText('Nombre del comercio')
  type('Nombre del comercio', 'Ferretería')
  type('Tu nombre', 'Ana')
  type('Correo electrónico', 'ana@uno.test')
  type('Contraseña', password)
  fireEvent.click(screen.getByRole('button', { name: 'Crear el comercio' }))
}

it('sends the code of the link, which leaves the address bar, and enters the app', async () => {
  open('/instalar?code=abc123', { needed: true, demo: false })
  api.on('POST /api/setup', { status: 201, body: { token: 'secreto', user: USER } })
  await fill('una clave de prueba')
  await waitFor(() => expect(location.pathname).toBe('/'))
  const body = {
    tenantName: 'Ferretería',
    name: 'Ana',
    email: 'ana@uno.test',
    password: 'una clave de prueba',
  }
  expect(api.sent('POST /api/setup')).toEqual([{ ...body, code: 'abc123' }])
  expect(location.href).not.toContain('abc123')
})

it('shows what is wrong with the password beside the field, with the focus on it', async () => {
  open('/instalar?code=abc123', { needed: true, demo: false })
  const errors = [{ path: 'password', message: 'Es fácil de adivinar.' }]
  api.on('POST /api/setup', problem(422, 'La contraseña no sirve.', errors))
  await fill('ferreteria2026')
  expect(await screen.findByText('Es fácil de adivinar.')).toBeTruthy()
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Contraseña')))
})

it('asks for the code when the link had none, and again when it is wrong', async () => {
  open('/instalar', { needed: true, demo: false })
  api.on('POST /api/setup', problem(403, 'El código no es correcto.', undefined, 'wrong_setup_code'))
  const field = await screen.findByLabelText('Código de instalación')
  fireEvent.change(field, { target: { value: ' guess ' } })
  await fill('una clave de prueba')
  expect((await screen.findByRole('alert')).textContent).toBe('El código no es correcto.')
  expect(api.sent('POST /api/setup')).toMatchObject([{ code: 'guess' }])
})

it('leads to the sign-in form once it is done, and shows the ribbon in the demo', async () => {
  open('/instalar?code=abc123', { needed: false, demo: true })
  expect((await screen.findByRole('link', { name: 'Iniciar sesión' })).getAttribute('href')).toBe('/')
  expect(screen.getByRole('complementary', { name: 'Demo' }).textContent).toContain('inventados')
})
