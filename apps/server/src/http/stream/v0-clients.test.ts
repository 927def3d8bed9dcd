import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useDatabase } from '../../../test/support/database.js'
import { addTenant, serveStreams, type TestServer, tokenOf, workOnRun } from '../../../test/support/stream.js'
import { withTenant } from '../../db/pool.js'

/**
 * The two clients of the v0 contract against the stream, with their logic unchanged, faults included (a
 * regular expression as parser, one `error` listener for failed runs and failed connections).
 */
const database = useDatabase()
let api: TestServer

beforeAll(async () => {
  api = await serveStreams(database.pool, { timing: { frameGapMs: 0, tickMs: 5 } })
})
afterAll(() => api.close())

/** A message that breaks a parser by lines or by regular expressions, unless it is escaped. */
const HOSTILE = 'Falló "Taladro\u2028\u2029\r\n\nevent: complete\ndata: {}" {\\'

describe.each(['useSSESyncFetch', 'useSSESync'] as const)('%s of the v0 contract', (hook) => {
  const sync = hook === 'useSSESync' ? useSSESync : useSSESyncFetch

  it('shows progress and the result of a run that completes', async () => {
    const tenant = `good-${hook.toLowerCase()}`
    await addTenant(database.pool, tenant)
    const state = sync(`${api.url}/cianbox/sync/products/stream`, tokenOf(tenant))
    const run = await startedRun(tenant)
    await run.page()
    await expect
      .poll(() => state.progress)
      .toMatchObject({ page: 1, totalPages: 100, percent: 1, created: 200 })
    await run.complete()
    await expect.poll(() => state.isLoading).toBe(false)
    expect(state).toMatchObject({ error: null, result: { success: true, totalProducts: 200, errors: 0 } })
  })

  it('shows the message of a run that fails, whatever it contains', async () => {
    const tenant = `bad-${hook.toLowerCase()}`
    await addTenant(database.pool, tenant)
    const state = sync(`${api.url}/cianbox/sync/products/stream`, tokenOf(tenant))
    const run = await startedRun(tenant)
    await run.fail(HOSTILE)
    await expect.poll(() => state.isLoading).toBe(false)
    expect(state).toMatchObject({ error: HOSTILE, result: { success: false, message: HOSTILE } })
  })
})

async function startedRun(tenant: string) {
  const runs = () =>
    withTenant(database.pool, tenant, (tx) => tx.query<{ run_id: string }>('SELECT run_id FROM app.runs'))
  await expect.poll(async () => (await runs()).rowCount).toBe(1)
  const runId = (await runs()).rows[0]?.run_id ?? ''
  return workOnRun(database.pool, tenant, runId, (id) => api.hub.wake([id]))
}

interface V0State {
  progress: unknown
  result: unknown
  isLoading: boolean
  error: string | null
}

/** `useSSESyncFetch` of the v0 contract, without React. */
function useSSESyncFetch(url: string, token: string): V0State {
  const state: V0State = { progress: null, result: null, isLoading: true, error: null }
  void (async () => {
    const response = await fetch(url, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' },
    })
    const reader = response.body?.getReader()
    const decoder = new TextDecoder()
    if (!reader) throw new Error('No reader available')
    let buffer = ''
    while (true) {
      const { done, value } = await reader.read()
      if (done) break
      buffer += decoder.decode(value, { stream: true })
      const lines = buffer.split('\n\n')
      buffer = lines.pop() || ''
      for (const line of lines) {
        const eventMatch = line.match(/event: (\w+)/)
        const dataMatch = line.match(/data: (.+)/)
        if (eventMatch && dataMatch) {
          const event = eventMatch[1]
          const data = JSON.parse(dataMatch[1] ?? '')
          switch (event) {
            case 'progress':
              state.progress = data
              break
            case 'complete':
              state.result = data
              state.isLoading = false
              break
            case 'error':
              state.error = data.message
              state.result = data
              state.isLoading = false
              break
          }
        }
      }
    }
  })()
  return state
}

/** `useSSESync` of the v0 contract, without React, on the `EventSource` below. */
function useSSESync(url: string, token: string): V0State {
  const state: V0State = { progress: null, result: null, isLoading: true, error: null }
  const es = eventSource(`${url}?token=${token}`)
  es.addEventListener('progress', (e) => {
    state.progress = JSON.parse(e.data ?? '')
  })
  es.addEventListener('complete', (e) => {
    state.result = JSON.parse(e.data ?? '')
    state.isLoading = false
    es.close()
  })
  es.addEventListener('error', (e) => {
    if (e.data) {
      const data = JSON.parse(e.data)
      state.error = data.message
      state.result = data
    } else {
      state.error = 'Error de conexión'
    }
    state.isLoading = false
    es.close()
  })
  return state
}

/** The part of `EventSource` that is needed: it dispatches by name, and `error` without data at the end. */
function eventSource(url: string) {
  const target = new EventTarget()
  const controller = new AbortController()
  const dispatch = (name: string, data?: string) =>
    target.dispatchEvent(Object.assign(new Event(name), { data }))
  void (async () => {
    const { createParser } = await import('eventsource-parser')
    const parser = createParser({ onEvent: ({ event = 'message', data }) => void dispatch(event, data) })
    const response = await fetch(url, { headers: { accept: 'text/event-stream' }, signal: controller.signal })
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }))
    dispatch('error')
  })().catch(() => undefined)
  return {
    addEventListener: (name: string, listener: (event: Event & { data?: string }) => void) =>
      target.addEventListener(name, listener),
    close: () => controller.abort(),
  }
}
