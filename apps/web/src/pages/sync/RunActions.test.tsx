// @vitest-environment jsdom
import type { Role, Run, Waiting } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeApi, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { RunActions } from './RunActions.js'

const BUDGET: Waiting = { reason: 'daily_budget', until: null }
const RAISE = /subí el tope en Conexión/

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('a run that waits for a person', () => {
  it('mentions raising the limit only to those who can', async () => {
    await open('admin', 'paused', BUDGET)
    expect(screen.getByText(RAISE)).toBeTruthy()
    cleanup()
    await open('operator', 'paused', BUDGET)
    expect(screen.queryByText(RAISE)).toBeNull()
    expect(screen.getByRole('button', { name: 'Reanudar' })).toBeTruthy()
  })
})

describe('a run under way', () => {
  it('can be paused, but not by a viewer', async () => {
    await open('operator', 'running', null)
    expect(screen.getByRole('button', { name: 'Pausar' })).toBeTruthy()
    cleanup()
    await open('viewer', 'running', null)
    expect(screen.queryByRole('button')).toBeNull()
  })
})

async function open(role: Role, status: Run['status'], waiting: Waiting | null) {
  startI18n()
  fakeApi().on('GET /api/auth/me', { body: { ...USER, role } })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <p>signed in</p>
        <RunActions run={{ id: 'r1', status } as Run} waiting={waiting} />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByText('signed in')
}
