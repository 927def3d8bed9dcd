// @vitest-environment jsdom
import type { Role } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { ConnectionNotice } from './ConnectionNotice.js'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('a missing connection shows an administrator the link to its page', async () => {
  await open('admin')
  expect(screen.getByRole('link', { name: 'Configurar la conexión' })).toBeTruthy()
})

it.each(['operator', 'viewer'] as const)('to the %s it says who can', async (role) => {
  await open(role)
  expect(screen.getByText('Pedile a un administrador que revise la conexión.')).toBeTruthy()
  expect(screen.queryByRole('link')).toBeNull()
})

async function open(role: Role) {
  startI18n()
  const api = fakeApi()
  api.on('GET /api/auth/me', { body: { ...USER, role } })
  api.on('GET /api/cianbox/connection', problem(404, 'Todavía no hay una conexión con Cianbox.'))
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <ConnectionNotice />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByText('Falta conectar tu cuenta de Cianbox')
}
