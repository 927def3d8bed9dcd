// @vitest-environment jsdom
import type { Run } from '@espejo/contract'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FakeApi, fakeApi, problem, USER } from '../../../test/fake-api.js'
import { createQueryClient } from '../../api/query-client.js'
import { useRuns } from '../../api/runs.js'
import { startI18n } from '../../i18n/i18n.js'
import { SessionGate } from '../../session/SessionGate.js'
import { StartOtherRun } from './StartOtherRun.js'

const PATH = '/api/cianbox/sync/runs'
const started = { id: 'r1', status: 'queued', dryRun: true } as Run
let api: FakeApi

beforeEach(() => {
  api = fakeApi()
  api.on('GET /api/auth/me', { body: USER })
  api.on(`GET ${PATH}`, { body: { items: [], nextCursor: null } })
  startI18n()
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('starting another run', () => {
  it.each([
    ['Incremental', { mode: 'incremental', dryRun: false }],
    ['Prueba sin guardar', { mode: 'full', dryRun: true }],
  ])('%s starts such a run', async (name, body) => {
    api.on(`POST ${PATH}`, { status: 201, body: started })
    await open()
    press(name)
    await waitFor(() => expect(api.sent(`POST ${PATH}`)).toEqual([body]))
  })

  it('puts the run into the history at once', async () => {
    api.on(`POST ${PATH}`, () => {
      // From here on requests for the history fail.
      api.on(`GET ${PATH}`, problem(404, 'x'))
      return { status: 201, body: started }
    })
    await open()
    press('Prueba sin guardar')
    expect(await screen.findByText('newest: r1')).toBeTruthy()
  })

  it('shows the server’s message when another run is active', async () => {
    api.on(`POST ${PATH}`, problem(409, 'Ya hay una sincronización en curso.', undefined, 'run_active'))
    await open()
    press('Incremental')
    expect(await screen.findByText('Ya hay una sincronización en curso.')).toBeTruthy()
  })

  it('is not offered to a viewer', async () => {
    api.on('GET /api/auth/me', { body: { ...USER, role: 'viewer' } })
    await open()
    expect(screen.queryByText('Otras formas')).toBeNull()
  })
})

async function open() {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <StartOtherRun busy={false} />
        <Newest />
      </SessionGate>
    </QueryClientProvider>,
  )
  await screen.findByText('newest: none')
}

function Newest() {
  const { data } = useRuns()
  return data ? <p>newest: {data[0]?.id ?? 'none'}</p> : null
}

const press = (name: string) => fireEvent.click(screen.getByText(name, { selector: 'button' }))
