import { AxeBuilder } from '@axe-core/playwright'
import type { List, Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from './support/chromium.js'
import { type EspejoProcess, signIn, startEspejo, temporaryDataDir } from './support/espejo.js'

/** Labels of the buttons whose requests the server refuses to a viewer. */
const ACTION_LABELS =
  /Iniciar|Cancelar|Pausar|Reanudar|Confirmar|rechazados|Incremental|Prueba|Guardar|Probar|Borrar|avisos|[Dd]ar de baja|Start|Cancel|Pause|Resume|Confirm|Retry|Dry|Save|Test|Delete|notifications|[Rr]etire/

describe.skipIf(whyNoBrowser)(`a viewer${whyNoBrowser ? ` (${whyNoBrowser})` : ''}`, () => {
  const dataDir = temporaryDataDir()
  let espejo: EspejoProcess
  let browser: Browser
  let page: Page
  let admin: Awaited<ReturnType<typeof signIn>>

  beforeAll(async () => {
    espejo = await startEspejo({
      ESPEJO_DATA_DIR: dataDir.path,
      ESPEJO_DEMO_PRODUCTS: '3000',
      ESPEJO_DEMO_LATENCY_MS: '300',
    })
    browser = await launchChromium()
    admin = await signIn(espejo.url)
    const context = await browser.newContext({ viewport: { width: 375, height: 900 }, locale: 'es-AR' })
    page = await context.newPage()
    await page.goto(espejo.url)
    await page.getByLabel('Correo').fill('visita@espejo.test')
    await page.getByLabel('Contraseña').fill('visita-espejo')
    await page.getByRole('button', { name: 'Iniciar sesión' }).click()
  })
  afterAll(async () => {
    await browser?.close()
    await espejo?.end('SIGTERM')
    dataDir.remove()
  })

  const viewerSentence = () =>
    page.getByText('Tu usuario puede ver las sincronizaciones, pero no iniciarlas ni cancelarlas.')

  /** Checks that the page has no such button, no axe violation and no horizontal overflow. */
  async function expectReadOnly(screen: string) {
    const buttons = await page.locator('main').getByRole('button', { name: ACTION_LABELS }).allTextContents()
    expect({ screen, buttons }).toEqual({ screen, buttons: [] })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => ({ screen, id, html: nodes[0]?.html }))).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0)
  }

  it('sees a sentence in place of the start button', async () => {
    await viewerSentence().waitFor()
    await expectReadOnly('sync')
  })

  it('watches a run that another person starts, and can neither pause nor cancel it', async () => {
    await admin.post('/api/cianbox/sync/runs')
    // The history is polled; a reload finds the run at once.
    await page.reload()
    await page.getByRole('progressbar').first().waitFor()
    await viewerSentence().waitFor()
    await expectReadOnly('a run under way')
  })

  it('sees a paused run without the resume button', async () => {
    const [run] = (await admin.get<List<Run>>('/api/cianbox/sync/runs')).items
    await admin.post(`/api/cianbox/sync/runs/${run?.id}/pause`)
    await page.getByText('La sincronización está en pausa').waitFor()
    await expectReadOnly('a paused run')
    await admin.post(`/api/cianbox/sync/runs/${run?.id}/cancel`)
    await until(
      async () => (await admin.get<List<Run>>('/api/cianbox/sync/runs')).items[0]?.status === 'cancelled',
    )
  })

  it('reads the connection, the schedule and a run, and changes none of them', async () => {
    await page.getByRole('link', { name: 'Conexión' }).click()
    await page.getByText('Tu usuario puede ver la conexión, pero no cambiarla.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Cuenta' }).isDisabled()).toBe(true)
    await expectReadOnly('connection')

    await page.getByRole('link', { name: 'Programación' }).click()
    await page.getByText('Tu usuario puede ver la programación, pero no cambiarla.').waitFor()
    await expectReadOnly('schedule')

    await page.getByRole('link', { name: 'Sincronización', exact: true }).click()
    await page.getByRole('table', { name: 'Historial' }).getByRole('link').first().click()
    await page.getByText('Identificador').waitFor()
    await expectReadOnly('run')
  })

  it('sees the sentence in English as well', async () => {
    await page.goto(espejo.url)
    await page.getByRole('button', { name: 'Cuenta' }).click()
    await page.getByText('English', { exact: true }).click()
    await page.getByText('Your user may see the syncs, but not start or cancel them.').waitFor()
    await page.keyboard.press('Escape')
    await expectReadOnly('sync, in English')
  })
})
