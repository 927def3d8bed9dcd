import { applyRunEvent, EMPTY_RUN_VIEW, isEnded, parseCursor, type StreamEvent } from '@espejo/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completed, progressed, RUN_ID, started } from '../../../../test/events.js'
import { type FakeTab, fakeBrowser } from '../../../../test/fake-browser.js'
import { manualPlatform } from '../../../../test/manual-platform.js'
import { deriveEndpoints } from '../../api/endpoints.js'
import { failureWithoutAnswer } from '../../connection/failure.js'
import { browserPlatform } from '../../platform/browser-platform.js'
import { decodeFrame } from '../decode-frame.js'
import type { StreamEnd, StreamListener, TransportContext } from '../transport.js'
import { sharedTransport } from './shared-transport.js'

/** The actions on three tabs and their server, in any order. */
type Step =
  | { do: 'open' | 'close' | 'crash' | 'freeze' | 'thaw'; tab: number }
  | { do: 'page' | 'cut' | 'wait' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('open', 'open', 'close', 'crash', 'freeze', 'thaw'),
    tab: fc.nat(2),
  }),
  fc.record({ do: fc.constantFrom('page', 'page', 'cut', 'wait') }),
)

describe('tabs that open, close, crash and freeze in any order', () => {
  it("all get the run's ending, and the tabs that are not frozen never have more than one stream", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const scene = createScene()
        for (const one of steps) {
          await scene.take(one)
          expect(scene.streamsAwake()).toBeLessThanOrEqual(1)
        }
        await scene.finish()
        expect(scene.endings()).toEqual(scene.endings().map(() => true))
      }),
      { numRuns: 200, seed: 20_261_124 },
    )
  })
})

interface Stream {
  listener: StreamListener
  tab: Tab
  end(end: StreamEnd): void
}

interface Tab {
  fake: FakeTab
  view: typeof EMPTY_RUN_VIEW
  controller: AbortController
  isFrozen: boolean
}

function createScene() {
  const browser = fakeBrowser()
  const clock = manualPlatform()
  const log: StreamEvent[] = [started()]
  const tabs = new Map<number, Tab>()
  const streams = new Set<Stream>()

  /** A server: sends the events after the cursor, then new ones. Frozen tabs read nothing. */
  function send(stream: Stream, event: StreamEvent) {
    if (stream.tab.isFrozen) return
    stream.listener.frame({ event: event.event, id: event.id ?? null, data: JSON.stringify(event.data) })
  }

  function openTab(): Tab {
    const fake = browser.tab()
    const tab: Tab = { fake, view: EMPTY_RUN_VIEW, controller: new AbortController(), isFrozen: false }
    const edges = { ...browserPlatform(), ...clock.platform, tabs: () => fake.tabs }
    const context = { edges, endpoints: deriveEndpoints() } as TransportContext
    const transport = sharedTransport(
      () => (request, listener, signal) =>
        new Promise((end) => {
          const stream: Stream = { listener, tab, end: finish }
          function finish(how: StreamEnd) {
            streams.delete(stream)
            end(how)
          }
          signal.addEventListener('abort', () => finish({ type: 'finished' }))
          streams.add(stream)
          listener.open()
          const seen = parseCursor(request.lastEventId ?? '')?.seq ?? 0
          for (const event of log) if ((parseCursor(event.id ?? '')?.seq ?? 0) > seen) send(stream, event)
        }),
      { name: 'u1' },
    )(context)

    async function watch() {
      while (!tab.controller.signal.aborted) {
        const request = { url: '', runId: RUN_ID, lastEventId: tab.view.lastEventId }
        await transport(request, { ...LISTENER, frame }, tab.controller.signal)
      }
    }
    function frame(...[one]: Parameters<StreamListener['frame']>) {
      const decoded = decodeFrame(one)
      if (decoded.type !== 'event') throw new Error('the scene sends events only')
      const before = tab.view
      tab.view = applyRunEvent(before, decoded.event)
      expect(tab.view.progress?.page ?? 0).toBeGreaterThanOrEqual(before.progress?.page ?? 0)
      if (isEnded(tab.view)) tab.controller.abort()
    }
    void watch()
    return tab
  }

  function publish(event: StreamEvent) {
    log.push(event)
    for (const stream of [...streams]) send(stream, event)
  }

  async function take(one: Step) {
    if (one.do === 'page') publish(progressed(log.length))
    else if (one.do === 'cut') {
      const failure = failureWithoutAnswer('interrupted')
      for (const stream of [...streams]) if (!stream.tab.isFrozen) stream.end({ type: 'failed', failure })
    } else if (one.do === 'wait') await wait()
    else if ('tab' in one) takeTab(one.do, one.tab)
    await settle()
  }

  function takeTab(what: Exclude<Step['do'], 'page' | 'cut'>, nth: number) {
    const tab = tabs.get(nth)
    if (what === 'open' && !tab) tabs.set(nth, openTab())
    if (!tab) return
    if (what === 'freeze' && !tab.isFrozen) {
      tab.isFrozen = true
      tab.fake.freeze()
    } else if (what === 'thaw' && tab.isFrozen) thaw(tab)
    else if ((what === 'close' && !tab.isFrozen) || what === 'crash') {
      tabs.delete(nth)
      if (what === 'crash') tab.fake.crash()
      tab.controller.abort()
    }
  }

  function thaw(tab: Tab) {
    tab.isFrozen = false
    tab.fake.thaw()
  }

  async function settle() {
    for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
    // Locks are released with a delay, so that the last event arrives first.
    clock.advance(100)
    for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  /** Long enough for a state request and for a steal without a response; in steps, so that responses arrive. */
  async function wait() {
    for (let i = 0; i < 6; i++) {
      clock.advance(3_000)
      await settle()
    }
  }

  return {
    take,
    streamsAwake: () => [...streams].filter(({ tab }) => !tab.isFrozen).length,
    endings: () => [...tabs.values()].map((tab) => isEnded(tab.view)),
    async finish() {
      for (const tab of tabs.values()) if (tab.isFrozen) thaw(tab)
      await settle()
      publish(completed())
      await wait()
    },
  }
}

const LISTENER: StreamListener = { open() {}, activity() {}, frame() {}, degraded() {}, run() {} }
