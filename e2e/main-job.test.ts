import { AxeBuilder } from '@axe-core/playwright'
import type { List, Product, Run } from '@espejo/contract'
import { until } from '@espejo/tooling/until'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from './support/chromium.js'
import { type EspejoProcess, signIn, startEspejo, temporaryDataDir } from './support/espejo.js'

const PRODUCTS = 2500

describe.skipIf(whyNoBrowser)(`in a real browser${whyNoBrowser ? ` (${whyNoBrowser})` : ''}`, () => {
  const dataDir = temporaryDataDir()
  let espejo: EspejoProcess
  let browser: Browser
  const pageErrors: string[] = []

  beforeAll(async () => {
    espejo = await startEspejo({ ESPEJO_DATA_DIR: dataDir.path, ESPEJO_DEMO_PRODUCTS: String(PRODUCTS) })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await espejo?.end('SIGTERM')
    dataDir.remove()
  })

  async function open(options: { width: number; dark?: boolean; locale?: string }): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.dark ? 'dark' : 'light',
      locale: options.locale ?? 'es-AR',
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    page.on('pageerror', (error) => pageErrors.push(error.message))
    page.on('dialog', (dialog) => {
      pageErrors.push(`a dialog opened: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(espejo.url)
    return page
  }

  async function signInAt(page: Page, email: string, password: string) {
    await page.getByLabel('Correo').fill(email)
    await page.getByLabel('Contraseña').fill(password)
    await page.getByRole('button', { name: 'Iniciar sesión' }).click()
  }

  const shown = async (page: Page) =>
    Number(await page.getByRole('progressbar').first().getAttribute('aria-valuenow'))

  it('shows a message after a wrong password, and keeps the email', async () => {
    const page = await open({ width: 375 })
    await signInAt(page, 'demo@espejo.test', 'equivocada')
    await page
      .getByRole('alert')
      .or(page.getByRole('status'))
      .filter({ hasText: /contraseña/i })
      .first()
      .waitFor()
    expect(await page.getByLabel('Correo').inputValue()).toBe('demo@espejo.test')
    await page.context().close()
  })

  it('a person signs in, presses the button, sees the bar move and the table fill, reloads in the middle and still sees the same run', async () => {
    const page = await open({ width: 1440 })
    await signInAt(page, 'demo@espejo.test', 'demo-espejo')
    await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()

    const early = await until(
      async () => (await page.getByRole('progressbar').count()) > 0 && (await shown(page)),
    )
    await until(async () => (await shown(page)) > early)

    await page.reload()
    const afterReload = await until(
      async () => (await page.getByRole('progressbar').count()) > 0 && (await shown(page)),
    )
    expect(afterReload).toBeGreaterThanOrEqual(early)
    expect(afterReload).toBeLessThan(100)

    await page.getByRole('link', { name: 'Productos' }).click()
    const table = page.getByRole('table', { name: 'Productos' })
    await table.getByRole('row').nth(2).waitFor()

    await page.getByRole('link', { name: 'Sincronización', exact: true }).click()
    await page.getByText('Sincronización completada').first().waitFor()

    const api = await signIn(espejo.url)
    const { items } = await api.get<List<Run>>('/api/cianbox/sync/runs')
    expect(items).toMatchObject([{ status: 'complete', created: PRODUCTS, totalProcessed: PRODUCTS }])
    expect(pageErrors).toEqual([])
    await page.context().close()
  })

  it('another tenant sees neither the run nor the products', async () => {
    const api = await signIn(espejo.url, 'vecino@espejo.test', 'vecino-espejo')
    expect((await api.get<List<Run>>('/api/cianbox/sync/runs')).items).toEqual([])
    expect((await api.get<List<Product>>('/api/products')).items).toEqual([])
  })

  it('the v0 contract’s EventSource client works unchanged, from start to complete', async () => {
    const { token } = await signIn(espejo.url)
    const page = await open({ width: 375 })
    const heard = await page.evaluate(
      (url) =>
        new Promise<string[]>((resolve) => {
          const names: string[] = []
          const es = new EventSource(url)
          es.addEventListener('start', () => names.push('start'))
          es.addEventListener('progress', (e) => {
            if (typeof JSON.parse(e.data).percent === 'number') names.push('progress')
          })
          es.addEventListener('complete', (e) => {
            names.push(`complete ${JSON.parse(e.data).success}`)
            es.close()
            resolve(names)
          })
          es.onerror = () => {
            names.push('error')
            es.close()
            resolve(names)
          }
        }),
      `/api/cianbox/sync/products/stream?token=${token}`,
    )
    expect(heard[0]).toBe('start')
    expect(heard).toContain('progress')
    expect(heard.at(-1)).toBe('complete true')
    expect(espejo.output()).not.toContain(token)
    await page.context().close()
  })

  it('cancel ends the run on the server', async () => {
    const page = await open({ width: 375 })
    await signInAt(page, 'vecino@espejo.test', 'vecino-espejo')
    await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()
    await page.getByRole('button', { name: 'Cancelar' }).click()
    const api = await signIn(espejo.url, 'vecino@espejo.test', 'vecino-espejo')
    await until(
      async () => (await api.get<List<Run>>('/api/cianbox/sync/runs')).items[0]?.status === 'cancelled',
    )
    await page.getByText('Sincronización cancelada').first().waitFor()
    await page.context().close()
  })

  it.each([
    ['a phone, light', { width: 375 }],
    ['a desktop, dark', { width: 1440, dark: true }],
  ])('every screen is accessible and as wide as the window: %s', async (_, options) => {
    const page = await open(options)
    const check = async (screen: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => ({ screen, id, html: nodes[0]?.html }))).toEqual([])
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, `${screen} is wider than the window`).toBeLessThanOrEqual(0)
    }
    await page.getByLabel('Correo').waitFor()
    await check('sign-in')
    await signInAt(page, 'demo@espejo.test', 'demo-espejo')
    await page.getByRole('button', { name: 'Iniciar Sincronización' }).waitFor()
    await page.getByRole('link', { name: /2026/ }).first().waitFor()
    await check('sync')
    await page.getByRole('link', { name: 'Productos' }).click()
    await page.getByRole('table', { name: 'Productos' }).getByRole('row').nth(2).waitFor()
    await check('products')
    await page.getByRole('link', { name: 'Conexión' }).click()
    await page.getByRole('textbox', { name: 'Cuenta' }).waitFor()
    await check('connection')
    expect(pageErrors).toEqual([])
    await page.context().close()
  })

  it('combobox, drawer and account menu work with the keyboard, and give the focus back', async () => {
    const page = await open({ width: 1440 })
    await signInAt(page, 'demo@espejo.test', 'demo-espejo')
    const accessible = async (screen: string) => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => ({ screen, id, html: nodes[0]?.html }))).toEqual([])
    }
    const hasFocus = (locator: Locator) => until(() => locator.evaluate((e) => e.matches(':focus')))

    const account = page.getByRole('button', { name: 'Cuenta' })
    await account.press('Enter')
    await page.getByRole('dialog', { name: 'Cuenta' }).waitFor()
    await accessible('account menu')
    await page.keyboard.press('Escape')
    await hasFocus(account)

    await page.getByRole('link', { name: 'Productos' }).click()
    const table = page.getByRole('table', { name: 'Productos' })
    await table.getByRole('row').nth(2).waitFor()
    const brand = page.getByRole('combobox', { name: 'Marca' })
    await brand.press('ArrowDown')
    const brands = page.getByRole('listbox', { name: 'Marca' }).getByRole('option')
    await brands.filter({ hasText: 'Todas' }).waitFor()
    await accessible('open combobox')
    await page.keyboard.type('abra')
    await until(async () => (await brands.count()) === 1)
    await page.keyboard.press('Enter')
    await until(async () => (await brand.inputValue()) === 'ABRATEX' && page.url().includes('brandId='))
    expect(await brand.getAttribute('aria-expanded')).toBe('false')

    const product = table.getByRole('link', { name: /abratex/i }).first()
    await product.press('Enter')
    const drawer = page.getByRole('dialog')
    await drawer.getByText('Precios por lista').waitFor()
    await hasFocus(drawer.getByRole('button', { name: 'Cerrar' }))
    await accessible('drawer')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await hasFocus(product)
    expect(pageErrors).toEqual([])
    await page.context().close()
  })

  it('a connection is deleted together with its notifications', async () => {
    const page = await open({ width: 375 })
    await signInAt(page, 'vecino@espejo.test', 'vecino-espejo')
    await page.getByRole('link', { name: 'Conexión' }).click()
    await page.getByRole('button', { name: 'Activar los avisos' }).click()
    await page.getByText('Avisos activados.').waitFor()
    await page.getByRole('button', { name: 'Borrar conexión' }).click()
    const dialog = page.getByRole('dialog', { name: '¿Borrar la conexión?' })
    await dialog.getByText('también le vamos a pedir a Cianbox que deje de mandarlos').waitFor()
    await dialog.getByRole('button', { name: 'Borrar', exact: true }).click()
    await page.getByText('Conexión borrada.').waitFor()
    expect(pageErrors).toEqual([])
    await page.context().close()
  })
})
