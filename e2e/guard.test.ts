import { AxeBuilder } from '@axe-core/playwright'
import type { List, Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from './support/chromium.js'
import { type EspejoProcess, signIn, startEspejo, temporaryDataDir } from './support/espejo.js'

const BEFORE = 400
const AFTER = 240
const GONE = BEFORE - AFTER
const QUESTION = `${GONE} de ${BEFORE} productos ya no están en Cianbox`
const RUNS = '/api/cianbox/sync/runs'

describe.skipIf(whyNoBrowser)(
  `a run that waits for confirmation before it retires many products${whyNoBrowser ? ` (${whyNoBrowser})` : ''}`,
  () => {
    const dataDir = temporaryDataDir()
    let espejo: EspejoProcess
    let browser: Browser
    let api: Awaited<ReturnType<typeof signIn>>

    const start = (products: number) =>
      startEspejo({
        ESPEJO_DATA_DIR: dataDir.path,
        ESPEJO_DEMO_PRODUCTS: String(products),
        ESPEJO_DEMO_LATENCY_MS: '0',
      })
    const newest = async () => (await api.get<List<Run>>(RUNS)).items[0]
    const ended = () =>
      until(async () => {
        const run = await newest()
        return run?.endedAt && run
      })

    beforeAll(async () => {
      espejo = await start(BEFORE)
      api = await signIn(espejo.url)
      await api.post(RUNS)
      expect(await ended()).toMatchObject({ status: 'complete', created: BEFORE })
      await espejo.end('SIGTERM')
      // The same mirror, and a catalogue with two fifths of the products missing.
      espejo = await start(AFTER)
      api = await signIn(espejo.url)
      browser = await launchChromium()
    }, 120_000)
    afterAll(async () => {
      await browser?.close()
      await espejo?.end('SIGTERM')
      dataDir.remove()
    })

    async function open(options: { width: number; dark?: boolean; as?: 'demo' | 'visita' }): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: options.width, height: 900 },
        colorScheme: options.dark ? 'dark' : 'light',
        locale: 'es-AR',
        reducedMotion: 'reduce',
      })
      const page = await context.newPage()
      await page.goto(espejo.url)
      const who = options.as ?? 'demo'
      await page.getByLabel('Correo').fill(`${who}@espejo.test`)
      await page.getByLabel('Contraseña').fill(`${who}-espejo`)
      await page.getByRole('button', { name: 'Iniciar sesión' }).click()
      return page
    }

    async function expectAccessible(page: Page, screen: string) {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => ({ screen, id, html: nodes[0]?.html }))).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, `${screen} is wider than the window`).toBeLessThanOrEqual(0)
    }

    const question = (page: Page) => page.getByRole('region', { name: QUESTION })

    it('shows the question in place of the sync panel, and no progress bar', async () => {
      const page = await open({ width: 1440 })
      await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()
      const card = question(page)
      await card.waitFor()
      await card.getByText('Todavía no se dio de baja nada.').waitFor()
      await card.getByText('Si nadie decide, la sincronización termina').waitFor()
      expect((await card.getByRole('heading').textContent())?.replace(/\s/g, ' ')).toBe(
        `${QUESTION} (40 %; tu límite es 15 %)`,
      )
      await until(async () => (await page.getByRole('progressbar').count()) === 0)
      expect(await card.getByRole('row').count()).toBe(11)
      await expectAccessible(page, 'question')

      const first = await card.getByRole('row').nth(1).getByRole('link').textContent()
      await card.getByRole('searchbox').fill(first ?? '')
      await until(async () => (await card.getByRole('row').count()) < 11)
      expect(await card.getByRole('row').nth(1).getByRole('link').textContent()).toBe(first)
      await page.context().close()
    })

    it('shows a link to the question on every other page', async () => {
      const page = await open({ width: 375, dark: true })
      await question(page).waitFor()
      await expectAccessible(page, 'question on a phone')
      await page.getByRole('link', { name: 'Productos' }).click()
      await page.getByText('Esperando tu decisión').waitFor()
      expect(await page.getByText(/Sincronizando/).count()).toBe(0)
      await page.getByRole('table', { name: 'Productos' }).getByRole('row').nth(2).waitFor()
      await expectAccessible(page, 'status bar')
      await page.getByRole('link', { name: 'Ver qué se pregunta' }).click()
      await question(page).waitFor()
      await page.context().close()
    })

    it('shows a viewer the question without the buttons', async () => {
      const page = await open({ width: 375, as: 'visita' })
      await question(page).waitFor()
      await page.getByText('Puede decidirlo un operador o un administrador.').waitFor()
      expect(await page.getByRole('button', { name: /dar de baja/i }).count()).toBe(0)
      await page.getByRole('link', { name: 'Productos' }).click()
      await page.getByText('Esperando una decisión').waitFor()
      await page.context().close()
    })

    it('a refusal, on the run’s page, ends the run and retires nothing', async () => {
      const page = await open({ width: 1440, dark: true })
      await question(page).waitFor()
      const run = await newest()
      await page.getByRole('table', { name: 'Historial' }).getByText('Espera una decisión').waitFor()
      await page.goto(`${espejo.url}/corridas/${run?.id}`)
      await question(page).waitFor()
      await expectAccessible(page, 'question on the page of its run')
      await question(page).getByRole('button', { name: 'No dar de baja' }).click()
      await page.getByText('Se decidió no dar de baja').waitFor()
      await page.getByText(`Se rechazó la baja de ${GONE} productos`).waitFor()
      await expectAccessible(page, 'refused')
      expect(await newest()).toMatchObject({ id: run?.id, error: { code: 'guard_refused' }, retired: 0 })
      await page.context().close()
    })

    it('a confirmation lets the run continue, and the history shows how many were retired', async () => {
      const page = await open({ width: 1440 })
      await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()
      await question(page)
        .getByRole('button', { name: `Dar de baja ${GONE}` })
        .click()
      await page.getByText('Sincronización completada').first().waitFor()
      expect(await ended()).toMatchObject({ status: 'complete', retired: GONE })
      const history = page.getByRole('table', { name: 'Historial' })
      await history.getByRole('cell', { name: String(GONE), exact: true }).waitFor()
      await expectAccessible(page, 'after a confirmation')
      await page.context().close()
    })
  },
)
