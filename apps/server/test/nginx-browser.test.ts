import { until } from '@espejo/tooling/until'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchChromium, whyNoBrowser } from '../../../e2e/support/chromium.js'
import { type Deployment, type Tenant, useDeployment } from './support/deployment.js'
import { describeWithNginx, type Nginx, startNginx } from './support/nginx.js'
import type { NodeProcess } from './support/processes.js'

describe.skipIf(whyNoBrowser)(`in a real browser${whyNoBrowser ? ` (${whyNoBrowser})` : ''}`, () => {
  describeWithNginx('the bar of a run, through nginx before two API nodes and a worker', () => {
    const espejo = useDeployment()
    let nginx: Nginx
    let browser: Browser
    let node: NodeProcess

    beforeAll(async () => {
      node = await espejo.start('api', espejo.ports[0])
      await espejo.start('worker')
      nginx = await startNginx({ nodes: espejo.ports })
      browser = await launchChromium()
    })
    afterAll(async () => {
      await browser?.close()
      await nginx?.close()
    })

    it('continues from its position when the page is reloaded', async () => {
      const tenant = await espejo.addTenant('recargada', 150)
      const { page, bar } = await startRun('recargada')
      const before = await bar.moves()
      await page.reload()
      await bar.moves()
      expect((await bar.history())[0]).toBeGreaterThanOrEqual(before)
      await goesOn(espejo, 'recargada', tenant, page, bar, before)
    })

    it.each<[string, string, (page: Page) => Promise<void>]>([
      ['nginx is stopped and started', 'reinicio', () => restartNginx()],
      ['its node is killed', 'muerta', () => replaceNode()],
      [
        'the laptop was asleep and its connections are closed',
        'dormida',
        (page) => asleep(page, restartNginx),
      ],
    ])('continues from its position when %s', async (_when, tenantId, disrupt) => {
      const tenant = await espejo.addTenant(tenantId, 150)
      const { page, bar } = await startRun(tenantId)
      const before = await bar.moves()
      await disrupt(page)
      await goesOn(espejo, tenantId, tenant, page, bar, before)
    })

    it('is complete when the run has ended while the laptop was asleep', async () => {
      const { account } = await espejo.addTenant('despierta', 150)
      const { page, bar } = await startRun('despierta')
      await bar.moves()
      await asleep(page, async () => {
        await nginx.stop()
        account.setLatency(0)
        await until(async () => (await espejo.runs('despierta'))[0]?.status === 'complete')
        await nginx.start()
      })
      await page.getByText('Sincronización completada').first().waitFor()
      expect(await espejo.runs('despierta')).toHaveLength(1)
    })

    async function restartNginx(): Promise<void> {
      await nginx.stop()
      await nginx.start()
    }

    async function replaceNode(): Promise<void> {
      const other = await espejo.start('api', espejo.ports[1])
      await node.kill()
      node = other
    }

    /** Signs the tenant in and presses the button. */
    async function startRun(tenantId: string): Promise<{ page: Page; bar: Bar }> {
      const context = await browser.newContext({ locale: 'es-AR' })
      onTestFinished(() => context.close())
      await context.addInitScript(watchBar)
      const page = await context.newPage()
      await page.goto(nginx.url)
      await page.getByLabel('Correo').fill(`${tenantId}@espejo.test`)
      await page.getByLabel('Contraseña').fill('una clave de prueba')
      await page.getByRole('button', { name: 'Iniciar sesión' }).click()
      await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()
      return { page, bar: barOf(page) }
    }
  })
})

/** Freezes the page during `meanwhile`, as a sleeping laptop does. */
async function asleep(page: Page, meanwhile: () => Promise<void>): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  await meanwhile()
  await devtools.send('Page.setWebLifecycleState', { state: 'active' })
}

interface Bar {
  /** Waits until the bar is past `from`, and returns its percentage. */
  moves(from?: number): Promise<number>
  /** All percentages that it has shown since the page was loaded. */
  history(): Promise<number[]>
}

function barOf(page: Page): Bar {
  const history = () => page.evaluate(() => (window as unknown as { bar: number[] }).bar)
  return {
    history,
    moves: (from = 0) =>
      until(async () => {
        const now = (await history().catch(() => [])).at(-1) ?? 0
        return now > from && now
      }),
  }
}

/** Runs in the page, before its own scripts. */
function watchBar(): void {
  const bar: number[] = []
  Object.assign(window, { bar })
  const look = () => {
    const now = document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')
    if (now && Number(now) !== bar.at(-1)) bar.push(Number(now))
  }
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true })
}

/** Expects that the bar advances and never goes back, and that the run completes and is the only one. */
async function goesOn(
  espejo: Deployment,
  tenantId: string,
  { account }: Tenant,
  page: Page,
  bar: Bar,
  before: number,
): Promise<void> {
  await bar.moves(before)
  account.setLatency(0)
  await page.getByText('Sincronización completada').first().waitFor()
  const history = await bar.history()
  expect(history[0]).toBeLessThan(100)
  expect(history).toEqual(history.toSorted((a, b) => a - b))
  expect(await espejo.runs(tenantId)).toMatchObject([{ status: 'complete', epoch: 1 }])
}
