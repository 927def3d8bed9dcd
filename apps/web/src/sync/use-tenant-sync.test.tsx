// @vitest-environment jsdom
import type { StartData } from '@espejo/contract'
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useTenantSync } from './use-tenant-sync.js'

const START = '/api/cianbox/sync/products/stream'
const asked: string[] = []

beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const { pathname } = new URL(url, 'http://espejo.test')
    asked.push(pathname)
    return streamOf(pathname === START ? 'mine' : (pathname.split('/').at(-2) ?? ''), init.signal)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

describe('the sync of a tenant', () => {
  it('sends no request while no run is active', () => {
    const { result } = renderHook(() => useTenantSync(null, 'u1'))
    expect(result.current.isLoading).toBe(false)
    expect(asked).toEqual([])
  })

  it('watches a run that another person started, and starts none', async () => {
    const { result } = renderHook(() => useTenantSync('theirs', 'u1'))
    await waitFor(() => expect(result.current.status).toBe('running'))
    expect(result.current.runId).toBe('theirs')
    expect(asked).toEqual(['/api/cianbox/sync/runs/theirs/events'])
  })

  it('keeps showing it after the history has no active run', async () => {
    const { result, rerender } = renderHook(({ active }) => useTenantSync(active, 'u1'), {
      initialProps: { active: 'theirs' as string | null },
    })
    await waitFor(() => expect(result.current.status).toBe('running'))
    rerender({ active: null })
    expect(result.current.runId).toBe('theirs')
  })

  it('does not open a second stream for the run started here', async () => {
    const { result, rerender } = renderHook(({ active }) => useTenantSync(active, 'u1'), {
      initialProps: { active: null as string | null },
    })
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.runId).toBe('mine'))
    rerender({ active: 'mine' })
    await waitFor(() => expect(result.current.status).toBe('running'))
    expect(asked).toEqual([START])
  })
})

/** A stream that sends its first event and stays open until it is aborted. */
function streamOf(runId: string, signal: AbortSignal | null | undefined): Response {
  const data: StartData = { message: 'Iniciando', timestamp: '2026-01-01T00:00:00Z', runId, mode: 'full' }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const frame = `event: start\nid: ${runId}.1\ndata: ${JSON.stringify(data)}\n\n`
      controller.enqueue(new TextEncoder().encode(frame))
      signal?.addEventListener('abort', () => controller.error(signal.reason))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
