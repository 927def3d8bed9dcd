// @vitest-environment jsdom
import { act, cleanup, configure, render, renderHook, screen, waitFor } from '@testing-library/react'
import { Activity, StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { completed, failedWith, progressed, RUN_ID, runList, started } from '../../test/events.js'
import { FakeEventSource } from '../../test/fake-event-source.js'
import {
  cancelOf,
  encode,
  eventsOf,
  json,
  problem,
  RUNS,
  type SseServer,
  START,
  startSseServer,
  stream,
  streamThenDrop,
  streamTo,
  TICKETS,
} from '../../test/sse-server.js'
import { useRun } from './use-run.js'
import { useSSESync } from './use-sse-sync.js'
import { useSSESyncFetch } from './use-sse-sync-fetch.js'
import type { SyncOptions } from './use-sync.js'

configure({ asyncUtilTimeout: 15_000 })

let server: SseServer

beforeEach(async () => {
  localStorage.setItem('token', 'secreto')
  server = await startSseServer()
})
afterEach(async () => {
  cleanup()
  localStorage.clear()
  await server.close()
})

const EAGER: SyncOptions = { edges: { random: () => 0 } }

function renderSync(options: SyncOptions = {}, strict = false) {
  return renderHook(() => useSSESyncFetch(server.streamUrl, { ...EAGER, ...options }), {
    ...(strict ? { wrapper: StrictMode } : {}),
  })
}

function Panel({ url }: { url: string }) {
  const sync = useSSESyncFetch(url, EAGER)
  return (
    <button type="button" onClick={sync.startSync}>
      {sync.connection} {sync.progress?.page}
    </button>
  )
}

describe('useSSESyncFetch', () => {
  it("returns the v0 contract's fields before a start", () => {
    const { result } = renderSync()
    expect(result.current).toMatchObject({ progress: null, result: null, isLoading: false, error: null })
    expect(result.current.startSync).toBeTypeOf('function')
    expect(result.current.cancel).toBeTypeOf('function')
    expect(server.requests).toHaveLength(0)
  })

  it('starts with the token of localStorage, and ends with the result', async () => {
    server.on(START, stream(started(), progressed(25), completed()))
    const { result } = renderSync()
    act(() => result.current.startSync())
    expect(result.current.isLoading).toBe(true)
    await waitFor(() => expect(result.current.result).toMatchObject({ success: true, totalProducts: 4987 }))
    expect(result.current).toMatchObject({ isLoading: false, runId: RUN_ID, progress: { page: 25 } })
    expect(server.seen(START)[0]?.headers.authorization).toBe('Bearer secreto')
  })

  it('calls the getToken of the latest render, without a new connection', async () => {
    server.on(START, streamThenDrop(started()))
    server.on(eventsOf(RUN_ID), stream(completed()))
    let token = 'uno'
    const { result, rerender } = renderHook(() => {
      const mine = token
      return useSSESyncFetch(server.streamUrl, { ...EAGER, getToken: () => mine })
    })
    token = 'dos'
    rerender()
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.result).not.toBeNull())
    expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer dos', 'Bearer dos'])
  })

  it('returns the same functions at each render', async () => {
    server.on(START, stream(started(), completed()))
    const { result } = renderSync()
    const { startSync, cancel } = result.current
    act(() => startSync())
    await waitFor(() => expect(result.current.result).not.toBeNull())
    expect([result.current.startSync, result.current.cancel]).toEqual([startSync, cancel])
  })

  it('cancels on the server and waits for the ending', async () => {
    let write = (_text: string) => {}
    server.on(
      START,
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()))
      }),
    )
    server.on(cancelOf(RUN_ID), (response, request) => {
      json({})(response, request)
      write(encode(failedWith('cancelled')))
    })
    const { result } = renderSync()
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.runId).toBe(RUN_ID))
    act(() => result.current.cancel())
    expect(result.current.isLoading).toBe(true)
    await waitFor(() => expect(result.current.error).toBe('Sincronización cancelada'))
    expect(result.current).toMatchObject({ isLoading: false, result: { success: false, code: 'cancelled' } })
  })

  it('resumes after signing in again', async () => {
    server.on(START, problem(401))
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), problem(401), stream(started(), completed()))
    const { result } = renderSync({ resume: true })
    await waitFor(() => expect(result.current.problem?.code).toBe('session_expired'))
    act(() => result.current.reconnect())
    await waitFor(() => expect(result.current.status).toBe('complete'))
    expect(server.seen(START)).toHaveLength(0)
  })

  it('renders about ten times per second for progress, and at once for the ending', async () => {
    let renders = 0
    const pages = Array.from({ length: 25 }, (_, i) => progressed(i + 1))
    server.on(START, stream(started(), ...pages, completed()))
    const { result } = renderHook(() => {
      renders++
      return useSSESyncFetch(server.streamUrl, { ...EAGER, throttleMs: 60_000 })
    })
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.result).not.toBeNull())
    expect(result.current.progress?.page).toBe(25)
    expect(renders).toBeLessThan(10)
  })
})

describe('useSSESync', () => {
  it('does the same over EventSource, and closes it on unmount', async () => {
    server.on(TICKETS, json({ ticket: 't1', expiresAt: '' }))
    const sources: FakeEventSource[] = []
    const createEventSource = (url: string) => {
      const source = new FakeEventSource(url)
      sources.push(source)
      return source as unknown as EventSource
    }
    const { result, unmount } = renderHook(() =>
      useSSESync(server.streamUrl, { edges: { createEventSource } }),
    )
    act(() => result.current.startSync())
    await waitFor(() => expect(sources).toHaveLength(1))
    expect(sources[0]?.query.toString()).toBe('ticket=t1')
    act(() => sources[0]?.open(started(), progressed(13)))
    await waitFor(() => expect(result.current.progress?.page).toBe(13))
    unmount()
    expect(sources[0]?.readyState).toBe(2)
  })
})

describe('resume', () => {
  it('shows the active run after a reload of the page', async () => {
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), stream(started(), progressed(13)))
    const { result } = renderSync({ resume: true })
    await waitFor(() => expect(result.current.progress?.page).toBe(13))
    expect(result.current).toMatchObject({ isLoading: true, runId: RUN_ID, connection: 'open' })
    expect(server.seen(START)).toHaveLength(0)
  })

  it('shows nothing when there is none', async () => {
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'complete' })))
    const { result } = renderSync({ resume: true })
    await waitFor(() => expect(server.seen(RUNS)).toHaveLength(1))
    await waitFor(() => expect(result.current.connection).toBe('idle'))
    expect(result.current).toMatchObject({ isLoading: false, progress: null, error: null })
  })
})

describe('mounting and unmounting', () => {
  it('in StrictMode leaves one connection, and starts a run once', async () => {
    let open = 0
    server.on(RUNS, json(runList()))
    server.on(START, (response, request) => {
      open++
      response.on('close', () => open--)
      stream(started(), progressed(1))(response, request)
    })
    const { result } = renderSync({ resume: true }, true)
    await waitFor(() => expect(result.current.connection).toBe('idle'))
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.progress?.page).toBe(1))
    expect(server.seen(START)).toHaveLength(1)
    expect(open).toBe(1)
  })

  it('in StrictMode resumes a run over one connection', async () => {
    let open = 0
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), (response, request) => {
      open++
      response.on('close', () => open--)
      stream(started(), progressed(2))(response, request)
    })
    const { result } = renderSync({ resume: true }, true)
    await waitFor(() => expect(result.current.progress?.page).toBe(2))
    await waitFor(() => expect(open).toBe(1))
  })

  it('a hidden panel closes its connection, and watches the run again when it is shown', async () => {
    server.on(START, stream(started(), progressed(1)))
    server.on(eventsOf(RUN_ID), stream(progressed(2)))
    const panel = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Panel url={server.streamUrl} />
      </Activity>
    )
    const { rerender } = render(panel('visible'))
    act(() => screen.getByRole('button').click())
    await screen.findByText('open 1')
    rerender(panel('hidden'))
    rerender(panel('visible'))
    await screen.findByText('open 2')
    expect(server.seen(START)).toHaveLength(1)
    expect(server.seen(eventsOf(RUN_ID))[0]?.headers['last-event-id']).toBe('r7k2m9.2')
  })

  it('unmounting closes the connection and does not cancel the run', async () => {
    let open = 0
    server.on(
      START,
      streamTo((response) => {
        open++
        response.on('close', () => open--)
        response.write(encode(started()))
      }),
    )
    const { result, unmount } = renderSync()
    act(() => result.current.startSync())
    await waitFor(() => expect(result.current.status).toBe('running'))
    unmount()
    await waitFor(() => expect(open).toBe(0))
    expect(server.requests.map((r) => r.method)).toEqual(['GET'])
  })
})

describe('useRun', () => {
  const options = () => ({ ...EAGER, syncBase: `${server.origin}/api/cianbox/sync` })

  it('watches a run and starts none', async () => {
    server.on(eventsOf(RUN_ID), stream(started(), progressed(25), completed()))
    const { result } = renderHook(() => useRun(RUN_ID, options()), { wrapper: StrictMode })
    await waitFor(() => expect(result.current.result).toMatchObject({ success: true }))
    expect(result.current).toMatchObject({ runId: RUN_ID, isLoading: false, connection: 'closed' })
    expect(server.seen(START)).toHaveLength(0)
  })

  it("never shows the previous run under the next run's id", async () => {
    server.on(eventsOf(RUN_ID), stream(started(), progressed(25), completed()))
    server.on(eventsOf('otra'), stream(started('otra'), progressed(1, {}, 'otra')))
    const seen: [string, number | undefined][] = []
    const { result, rerender } = renderHook(
      ({ runId }) => {
        const run = useRun(runId, options())
        seen.push([runId, run.progress?.page])
        return run
      },
      { initialProps: { runId: RUN_ID } },
    )
    await waitFor(() => expect(result.current.status).toBe('complete'))
    rerender({ runId: 'otra' })
    await waitFor(() => expect(result.current.progress?.page).toBe(1))
    expect(seen).not.toContainEqual(['otra', 25])
  })

  it('watches nothing with null', () => {
    const { result } = renderHook(() => useRun(null, options()))
    expect(result.current).toMatchObject({ runId: null, connection: 'idle', isLoading: false })
    expect(server.requests).toHaveLength(0)
  })
})
