import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from './support/chromium.js'
import { type EspejoProcess, startEspejo, temporaryDataDir } from './support/espejo.js'

const COMMAND_LINE = fileURLToPath(new URL('../apps/server/dist/cli/main.js', import.meta.url))
const PASSWORD = 'una clave de prueba'

describe('an installation without the demo', () => {
  const dataDir = temporaryDataDir()
  const settings = { ESPEJO_DATA_DIR: dataDir.path, ESPEJO_DEMO: '0' }
  let espejo: EspejoProcess
  let browser: Browser | undefined

  beforeAll(async () => {
    espejo = await startEspejo(settings)
    if (!whyNoBrowser) browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await espejo?.end('SIGTERM')
    dataDir.remove()
  })

  async function open(options: BrowserContextOptions): Promise<Page> {
    if (!browser) throw new Error('no browser')
    return (await browser.newContext(options)).newPage()
  }

  const linkOf = ({ output }: EspejoProcess) => /http:\S+\/instalar\?code=\S+/.exec(output())?.[0]

  it.skipIf(whyNoBrowser).each([1280, 375])(
    'has an accessible page for the set-up, %i px wide',
    async (width) => {
      const page = await open({ viewport: { width, height: 800 }, locale: 'es-AR' })
      await page.goto(linkOf(espejo) ?? '')
      await page.getByRole('heading', { name: 'Instalar Espejo' }).waitFor()
      await page.getByLabel('Nombre del comercio').waitFor()
      expect(page.url()).not.toContain('code=')
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      await page.close()
    },
  )

  it.skipIf(whyNoBrowser)('is set up by the printed link, and shows the app then', async () => {
    const page = await open({ locale: 'es-AR' })
    await page.goto(linkOf(espejo) ?? '')
    await page.getByLabel('Nombre del comercio').fill('Ferretería')
    await page.getByLabel('Tu nombre').fill('Ana')
    await page.getByLabel('Correo electrónico').fill('ana@uno.test')
    await page.getByLabel('Contraseña').fill(PASSWORD)
    await page.getByRole('button', { name: 'Crear el comercio' }).click()
    await page.getByText('Falta conectar tu cuenta de Cianbox').waitFor()
    expect(await page.getByText('Demo').count()).toBe(0)
    await page.close()
  })

  it('takes another tenant from the command line while it runs and while it does not, and prints no link again', async () => {
    const create = (name: string) =>
      spawnSync(process.execPath, [COMMAND_LINE, 'tenants', 'create', '--tenant', name], {
        env: settings,
        encoding: 'utf8',
      })
    expect(create('El vecino')).toMatchObject({ status: 0, stdout: 'Tenant el-vecino (El vecino)\n' })
    await espejo.end('SIGTERM')
    expect(create('El primo')).toMatchObject({ status: 0, stdout: 'Tenant el-primo (El primo)\n' })
    espejo = await startEspejo(settings)
    expect(linkOf(espejo)).toBeUndefined()
  })
})
