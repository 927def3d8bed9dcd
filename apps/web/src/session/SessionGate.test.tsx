// @vitest-environment jsdom
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../test/fake-api.js'
import { createQueryClient } from '../api/query-client.js'
import { request } from '../api/request.js'
import { startI18n } from '../i18n/i18n.js'
import { SessionGate } from './SessionGate.js'

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

describe('the session gate', () => {
  it("shows the server's sentence for a wrong password, and the app after the right one", async () => {
    api.on('GET /api/auth/me', problem(401, 'No hay una sesión abierta.'))
    api.on('POST /api/auth/login', problem(401, 'El correo o la contraseña no son correctos.'))
    open()

    await signIn('mala')
    expect((await screen.findByRole('alert')).textContent).toBe('El correo o la contraseña no son correctos.')
    expect(screen.getByLabelText('Correo electrónico')).toHaveProperty('value', 'demo@espejo.test')

    api.on('POST /api/auth/login', { body: { token: 'secreto', user: USER } })
    api.on('GET /api/secret', { body: 'adentro' })
    await signIn('demo-espejo')
    expect(await screen.findByText('adentro')).toBeTruthy()
  })

  it('stores the token nowhere', async () => {
    api.on('GET /api/auth/me', problem(401, 'No hay una sesión abierta.'))
    api.on('POST /api/auth/login', { body: { token: 'secreto', user: USER } })
    api.on('GET /api/secret', { body: 'adentro' })
    const client = open()
    await signIn('demo-espejo')
    await screen.findByText('adentro')

    const kept = JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      client
        .getQueryCache()
        .getAll()
        .map((query) => query.state.data),
    ])
    expect(kept).not.toContain('secreto')
  })

  it('shows the sign-in form when the session ends, and keeps the address', async () => {
    history.replaceState(null, '', '/productos/7?search=taza')
    api.on('GET /api/auth/me', { body: USER })
    api.on('GET /api/secret', { body: 'adentro' })
    const client = open()
    await screen.findByText('adentro')

    api.on('GET /api/secret', problem(401, 'La sesión venció.'))
    await client.invalidateQueries({ queryKey: ['secret'] })
    expect(await screen.findByText(/Tu sesión venció/)).toBeTruthy()
    expect(location.pathname + location.search).toBe('/productos/7?search=taza')
  })

  it('offers a retry when the session cannot be read', async () => {
    api.on('GET /api/auth/me', problem(403, 'El pedido viene de otro sitio.'))
    open()
    expect((await screen.findByRole('alert')).textContent).toContain('El pedido viene de otro sitio.')

    api.on('GET /api/auth/me', { body: USER })
    api.on('GET /api/secret', { body: 'adentro' })
    fireEvent.click(screen.getByRole('button', { name: 'Reintentar' }))
    expect(await screen.findByText('adentro')).toBeTruthy()
  })
})

function open() {
  const client = createQueryClient()
  render(
    <QueryClientProvider client={client}>
      <SessionGate>
        <Secret />
      </SessionGate>
    </QueryClientProvider>,
  )
  return client
}

function Secret() {
  const { data } = useQuery({ queryKey: ['secret'], queryFn: () => request<string>('GET', '/api/secret') })
  return <p>{data}</p>
}

async function signIn(password: string) {
  fireEvent.change(await screen.findByLabelText('Correo electrónico'), {
    target: { value: 'demo@espejo.test' },
  })
  fireEvent.change(screen.getByLabelText('Contraseña'), { target: { value: password } })
  fireEvent.click(screen.getByRole('button', { name: 'Iniciar sesión' }))
}
