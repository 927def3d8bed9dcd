import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from '../../../e2e/support/chromium.js'
import type * as core from '../src/core/index.js'
import { completed, progressed, RUN_ID, runAt, started } from './events.js'
import { eventually } from './eventually.js'
import { servePage } from './module-pages.js'
import { encode, eventsOf, json, runOf, type SseServer, startSseServer, streamTo } from './sse-server.js'

declare global {
  interface Window {
    core: typeof core
    watcher: core.RunWatcher
  }
}

const NAME = 'tabs of a real browser'

describe.skipIf(whyNoBrowser !== null)(whyNoBrowser ? `${NAME} (skipped: ${whyNoBrowser})` : NAME, () => {
  let browser: Browser
  let context: BrowserContext
  let server: SseServer
  /** Writes to each stream, in the order in which the streams were opened. */
  let pens: ((text: string) => void)[]

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    server = await startSseServer()
    servePage(server)
    pens = []
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => void pens.push((text) => response.write(text))),
    )
    context = await browser.newContext()
  })
  afterEach(async () => {
    await context.close()
    await server.close()
  })

  /** A tab that watches the run. Its timers run ten times as fast. */
  async function openTab(share: string | null): Promise<Page> {
    const page = await context.newPage()
    await page.goto(`${server.origin}/page`)
    await page.evaluate(
      ({ runId, name }) => {
        const { core } = window
        const polling = core.withPolling(core.fetchTransport)
        window.watcher = core.createRunWatcher({
          transport: name === null ? polling : core.sharedTransport(polling, { name }),
          getToken: () => null,
          throttleMs: 0,
          edges: {
            setTimer: (run, ms) => {
              const timer = setTimeout(run, ms / 10)
              return () => clearTimeout(timer)
            },
          },
        })
        window.watcher.watch(runId)
      },
      { runId: RUN_ID, name: share },
    )
    return page
  }
  const shown = (page: Page) =>
    page.evaluate(() => {
      const { progress, status, connection } = window.watcher.getSnapshot()
      return { page: progress?.page, status, connection }
    })
  const shows = (page: Page, expected: Partial<Awaited<ReturnType<typeof shown>>>) =>
    expect.poll(() => shown(page), { timeout: 15_000 }).toMatchObject(expected)

  it('share one connection, so that a seventh tab can still make requests', { timeout: 60_000 }, async () => {
    server.on(runOf(RUN_ID), json(runAt(1)))
    const tabs: Page[] = []
    for (let i = 0; i < 7; i++) {
      tabs.push(await openTab('u1'))
      if (i > 0) continue
      await eventually(() => expect(pens).toHaveLength(1))
      pens[0]?.(encode(started()) + encode(progressed(1)))
    }
    for (const tab of tabs) await shows(tab, { page: 1, connection: 'open' })
    const [first, ...others] = tabs
    const answer = await tabs
      .at(-1)
      ?.evaluate(async (url) => (await fetch(url)).status, `/api/cianbox/sync/runs/${RUN_ID}`)
    expect(answer).toBe(200)
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(1)

    await first?.close()
    await eventually(() => expect(pens).toHaveLength(2))
    expect(server.seen(eventsOf(RUN_ID))[1]?.headers['last-event-id']).toBe('r7k2m9.2')
    pens[1]?.(encode(progressed(2)) + encode(completed()))
    for (const tab of others) await shows(tab, { page: 2, status: 'complete', connection: 'closed' })
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(2)
  })

  it('do not wait for a frozen leader', { timeout: 60_000 }, async () => {
    const leader = await openTab('u1')
    await eventually(() => expect(pens).toHaveLength(1))
    pens[0]?.(encode(started()) + encode(progressed(1)))
    const other = await openTab('u1')
    await shows(other, { page: 1 })
    // A synchronous request blocks all tasks of its page while it lasts, like a frozen page.
    let thaw = () => {}
    server.on('GET /hang', (response) => {
      thaw = () => response.end()
    })
    const frozen = leader.evaluate(() => {
      const request = new XMLHttpRequest()
      request.open('GET', '/hang', false)
      request.send()
    })
    await eventually(() => expect(pens).toHaveLength(2))
    pens[1]?.(encode(progressed(2)))
    await shows(other, { page: 2, connection: 'open' })

    thaw()
    await frozen
    pens[1]?.(encode(progressed(3)))
    await shows(leader, { page: 3, connection: 'open' })
    expect(server.seen(eventsOf(RUN_ID))).toHaveLength(2)
  })

  it('of two persons share nothing', { timeout: 60_000 }, async () => {
    const mine = await openTab('u1')
    await eventually(() => expect(pens).toHaveLength(1))
    pens[0]?.(encode(started()) + encode(progressed(7)))
    await shows(mine, { page: 7 })
    const theirs = await openTab('u2')
    await eventually(() => expect(pens).toHaveLength(2))
    await shows(theirs, { page: undefined, connection: 'open' })
  })
})
