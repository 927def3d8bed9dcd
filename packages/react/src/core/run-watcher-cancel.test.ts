import { describe, expect, it } from 'vitest'
import { completed, failedWith, progressed, RUN_ID, runList, started } from '../../test/events.js'
import { eventually } from '../../test/eventually.js'
import { manualPlatform } from '../../test/manual-platform.js'
import {
  cancelOf,
  encode,
  eventsOf,
  json,
  problem,
  RUNS,
  START,
  stream,
  streamTo,
} from '../../test/sse-server.js'
import { ended, server, settled, showing, watcherOf, withServer } from '../../test/watcher-harness.js'
import { until } from '../../test/watching.js'

withServer()

describe('cancel', () => {
  it("sends one request, and ends with the run's ending", async () => {
    let write = (_text: string) => {}
    server.on(
      START,
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()) + encode(progressed(1)))
      }),
    )
    server.on(cancelOf(RUN_ID), json({}, 202))
    const watcher = watcherOf()
    watcher.start()
    await showing(watcher, 1)
    watcher.cancel()
    watcher.cancel()
    expect(watcher.getSnapshot()).toMatchObject({ isCancelling: true, isLoading: true, error: null })
    await eventually(() => expect(server.seen(cancelOf(RUN_ID))).toHaveLength(1))
    expect(server.seen(cancelOf(RUN_ID))[0]?.headers.authorization).toBe('Bearer secreto')
    write(encode(progressed(2)) + encode(failedWith('cancelled')))
    expect(await ended(watcher)).toMatchObject({
      status: 'cancelled',
      isCancelling: false,
      error: 'Sincronización cancelada',
      result: { success: false, code: 'cancelled' },
    })
    expect(server.seen(cancelOf(RUN_ID))).toHaveLength(1)
  })

  it('whose request fails shows the problem, and watching continues', async () => {
    let write = (_text: string) => {}
    server.on(
      START,
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()))
      }),
    )
    server.on(cancelOf(RUN_ID), problem(503, { detail: 'Probá en un minuto.' }))
    const watcher = watcherOf()
    watcher.start()
    await until(watcher, (s) => s.status === 'running')
    watcher.cancel()
    expect(await until(watcher, (s) => s.error !== null)).toMatchObject({
      error: 'No se pudo cancelar, la sincronización sigue. Probá en un minuto.',
      isCancelling: false,
      isLoading: true,
      connection: 'open',
      cancelProblem: { code: 'unavailable' },
    })
    write(encode(completed()))
    expect(await ended(watcher)).toMatchObject({ status: 'complete', error: null })
  })

  it('before the run id is known is sent as soon as it is', async () => {
    let open = () => {}
    server.on(START, (response) => {
      open = () => stream(started())(response, server.requests[0] as never)
    })
    server.on(cancelOf(RUN_ID), json({}))
    const watcher = watcherOf()
    watcher.start()
    await eventually(() => expect(server.seen(START)).toHaveLength(1))
    watcher.cancel()
    expect(server.requests).toHaveLength(1)
    open()
    await eventually(() => expect(server.seen(cancelOf(RUN_ID))).toHaveLength(1))
  })

  it('is sent to a run found after a lost start, even before its stream opens', async () => {
    let cut = () => {}
    server.on(START, (response) => {
      cut = () => response.destroy()
    })
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(eventsOf(RUN_ID), () => {})
    server.on(cancelOf(RUN_ID), json({}))
    const watcher = watcherOf()
    watcher.start()
    await eventually(() => expect(server.seen(START)).toHaveLength(1))
    watcher.cancel()
    cut()
    await eventually(() => expect(server.seen(cancelOf(RUN_ID))).toHaveLength(1))
  })

  it('of a start that the server then declines prevents another start', async () => {
    let decline = () => {}
    server.on(START, (response, request) => {
      decline = () => problem(503)(response, request)
    })
    const watcher = watcherOf()
    watcher.start()
    await eventually(() => expect(server.seen(START)).toHaveLength(1))
    watcher.cancel()
    decline()
    expect(await settled(watcher)).toMatchObject({ problem: { code: 'cancelled' }, isCancelling: false })
    expect(server.requests).toHaveLength(1)
  })

  it('while the server declines starts stops the retries', async () => {
    const clock = manualPlatform()
    server.on(START, problem(503, {}, { 'retry-after': '30' }))
    const watcher = watcherOf({ edges: clock.platform })
    watcher.start()
    await until(watcher, (s) => s.connection === 'reconnecting')
    watcher.cancel()
    expect(watcher.getSnapshot()).toMatchObject({
      isLoading: false,
      error: 'Sincronización cancelada',
      problem: { code: 'cancelled' },
    })
    expect(clock.pending()).toEqual([])
  })

  it('without a run does nothing', () => {
    const watcher = watcherOf()
    watcher.cancel()
    expect(watcher.getSnapshot()).toMatchObject({ isCancelling: false, connection: 'idle' })
  })
})
