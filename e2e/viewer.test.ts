import { AxeBuilder } from '@axe-core/playwright'
import type { List, Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from './support/chromium.js'
import { type EspejoProcess, signIn, startEspejo, temporaryDataDir } from './support/espejo.js'

/** Every word on a button that the server would refuse a viewer. */
const ACTION_LABELS =
  /Iniciar|Cancelar|Pausar|Reanudar|Confirmar|rechazados|Incremental|Prueba|Guardar|Probar|Borrar|avisos|[Dd]ar de baja|Start|Cancel|Pause|Resume|Confirm|Retry|Dry|Save|Test|Delete|notifications|[Rr]etire/

describe.skipIf(whyNoBrowser)(`a person who may only look${whyNoBrowser ? ` (${whyNoBrowser})` : ''}`, () => {
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

  const watchOnly = () =>
    page.getByText('Tu usuario puede ver las sincronizaciones, pero no iniciarlas ni cancelarlas.')

  /** No action on the page, and nothing wrong with it. */
  async function expectOnlyToLook(screen: string) {
    const buttons = await page.locator('main').getByRole('button', { name: ACTION_LABELS }).allTextContents()
    expect({ screen, buttons }).toEqual({ screen, buttons: [] })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => ({ screen, id, html: nodes[0]?.html }))).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0)
  }

  it('is told so where the others have the button that starts', async () => {
    await watchOnly().waitFor()
    await expectOnlyToLook('sync')
  })

  it('watches the run that somebody else starts, and can neither pause nor cancel it', async () => {
    await admin.post('/api/cianbox/sync/runs')
    // The history is read every few seconds; a reload finds the run at once.
    await page.reload()
    await page.getByRole('progressbar').first().waitFor()
    await watchOnly().waitFor()
    await expectOnlyToLook('a run under way')
  })

  it('sees a paused run, and that others may resume it', async () => {
    const [run] = (await admin.get<List<Run>>('/api/cianbox/sync/runs')).items
    await admin.post(`/api/cianbox/sync/runs/${run?.id}/pause`)
    await page.getByText('La sincronización está en pausa').waitFor()
    await expectOnlyToLook('a paused run')
    await admin.post(`/api/cianbox/sync/runs/${run?.id}/cancel`)
    await until(
      async () => (await admin.get<List<Run>>('/api/cianbox/sync/runs')).items[0]?.status === 'cancelled',
    )
  })

  it('reads the connection, the schedule and a run, and changes none of them', async () => {
    await page.getByRole('link', { name: 'Conexión' }).click()
    await page.getByText('Tu usuario puede ver la conexión, pero no cambiarla.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Cuenta' }).isDisabled()).toBe(true)
    await expectOnlyToLook('connection')

    await page.getByRole('link', { name: 'Programación' }).click()
    await page.getByText('Tu usuario puede ver la programación, pero no cambiarla.').waitFor()
    await expectOnlyToLook('schedule')

    await page.getByRole('link', { name: 'Sincronización', exact: true }).click()
    await page.getByRole('table', { name: 'Historial' }).getByRole('link').first().click()
    await page.getByText('Identificador').waitFor()
    await expectOnlyToLook('run')
  })

  it('is told in English as well', async () => {
    await page.goto(espejo.url)
    await page.getByRole('button', { name: 'Cuenta' }).click()
    await page.getByText('English', { exact: true }).click()
    await page.getByText('Your user may see the syncs, but not start or cancel them.').waitFor()
    await page.keyboard.press('Escape')
    await expectOnlyToLook('sync, in English')
  })
})
