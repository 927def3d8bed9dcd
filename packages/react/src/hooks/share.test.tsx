// @vitest-environment jsdom
import { act, cleanup, configure, renderHook, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { progressed, RUN_ID, started } from '../../test/events.js'
import { fakeBrowser } from '../../test/fake-browser.js'
import {
  encode,
  eventsOf,
  type SseServer,
  START,
  startSseServer,
  stream,
  streamTo,
} from '../../test/sse-server.js'
import { useRun } from './use-run.js'
import { useSSESyncFetch } from './use-sse-sync-fetch.js'

configure({ asyncUtilTimeout: 15_000 })

let server: SseServer
beforeEach(async () => {
  server = await startSseServer()
})
afterEach(async () => {
  cleanup()
  await server.close()
})

/** The options of one tab of the same browser. */
function tabs() {
  const browser = fakeBrowser()
  return () => {
    const { tabs } = browser.tab()
    return {
      syncBase: `${server.origin}/api/cianbox/sync`,
      getToken: () => null,
      edges: { random: () => 0, tabs: () => tabs },
    }
  }
}

describe('share', () => {
  it('is off without a name: each hook has a connection of its own', async () => {
    const newTab = tabs()
    server.on(eventsOf(RUN_ID), stream(started(), progressed(1)))
    for (const options of [newTab(), { ...newTab(), share: false as const }]) {
      const { result } = renderHook(() => useRun(RUN_ID, options))
      await waitFor(() => expect(result.current.progress?.page).toBe(1))
    }
    expect(server.requests).toHaveLength(2)
  })

  it('is off for a hook with `onChanges`, because the leading tab may not have requested the changes', async () => {
    const newTab = tabs()
    const products = [{ id: '1042', kind: 'updated' as const }]
    server.on(eventsOf(RUN_ID), stream(started(), { event: 'changes', data: { products } }, progressed(1)))
    const plain = renderHook(() => useRun(RUN_ID, { ...newTab(), share: 'u1' }))
    await waitFor(() => expect(plain.result.current.progress?.page).toBe(1))
    const calls: unknown[] = []
    renderHook(() => useRun(RUN_ID, { ...newTab(), share: 'u1', onChanges: (some) => calls.push(some) }))
    await waitFor(() => expect(calls).toEqual([products]))
    expect(server.requests.map(({ query }) => query.get('changes'))).toEqual([null, '1'])
  })

  it('gives hooks with the same name one connection, in StrictMode too', async () => {
    const newTab = tabs()
    server.on(START, stream(started(), progressed(4)))
    const starting = { ...newTab(), share: 'u1' }
    const first = renderHook(() => useSSESyncFetch(server.streamUrl, starting))
    act(() => first.result.current.startSync())
    await waitFor(() => expect(first.result.current.progress?.page).toBe(4))
    const watching = { ...newTab(), share: 'u1' }
    const second = renderHook(() => useRun(RUN_ID, watching), { wrapper: StrictMode })
    await waitFor(() =>
      expect(second.result.current).toMatchObject({ connection: 'open', progress: { page: 4 } }),
    )
    expect(server.requests).toHaveLength(1)
  })

  it('shows no run of the previous person when another person signs in on the same page', async () => {
    const newTab = tabs()
    const pens: ((text: string) => void)[] = []
    server.on(
      START,
      streamTo((response) => {
        pens.push((text) => response.write(text))
        response.write(encode(started()) + encode(progressed(1)))
      }),
    )
    server.on(eventsOf(RUN_ID), stream(progressed(1)))
    const staying = { ...newTab(), share: 'u1' }
    const other = renderHook(() => useSSESyncFetch(server.streamUrl, staying))
    act(() => other.result.current.startSync())
    await waitFor(() => expect(other.result.current.progress?.page).toBe(1))

    const options = newTab()
    const seen: [string, number | undefined][] = []
    const page = renderHook(
      ({ share }) => {
        const sync = useSSESyncFetch(server.streamUrl, { ...options, share })
        seen.push([share, sync.progress?.page])
        return sync
      },
      { initialProps: { share: 'u1' } },
    )
    act(() => page.result.current.startSync())
    await waitFor(() => expect(page.result.current.progress?.page).toBe(1))
    page.rerender({ share: 'u2' })
    pens[0]?.(encode(progressed(2)))
    await waitFor(() => expect(other.result.current.progress?.page).toBe(2))
    expect(page.result.current).toMatchObject({ runId: null, progress: null, isLoading: false })
    expect(seen.filter(([share, at]) => share === 'u2' && at !== undefined)).toEqual([])
  })
})
