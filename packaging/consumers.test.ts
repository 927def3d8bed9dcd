import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { until } from '@espejo/tooling/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, whyNoBrowser } from '../e2e/support/chromium.js'
import { temporaryDataDir } from '../e2e/support/espejo.js'
import { whyNoRegistry } from './support/registry.js'
import { npm, packAll, readJson, root, run, type Tarball, temporaryFolder } from './support/tarballs.js'

interface Manifest {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const PRODUCTS = 300

describe.skipIf(whyNoRegistry)(`installed from tarballs${whyNoRegistry ? ` (${whyNoRegistry})` : ''}`, () => {
  const folder = temporaryFolder()
  const dataDirs = [temporaryDataDir(), temporaryDataDir()] as const
  const children: ChildProcess[] = []
  let tarballs: readonly Tarball[] = []

  beforeAll(async () => {
    tarballs = await packAll(folder.path)
    const { react, 'react-dom': reactDom } = versions('packages/react')
    const { vite } = versions('.')
    const { '@vitejs/plugin-react': plugin } = versions('apps/web')
    const { express, pino } = versions('apps/server')
    await Promise.all([
      install('page', ['contract', 'react'], {
        react,
        'react-dom': reactDom,
        vite,
        '@vitejs/plugin-react': plugin,
      }),
      install('host', ['cianbox', 'contract', 'simulator', 'server'], { express, pino }),
      install('next', ['contract', 'react'], { react, 'react-dom': reactDom, next: '16.4.6' }),
    ])
  })
  afterAll(async () => {
    for (const child of children) await end(child)
    for (const dataDir of dataDirs) dataDir.remove()
    folder.remove()
  })

  const consumer = (name: string) => join(folder.path, name)

  /** Copies a program of `consumers/` and installs these packages and dependencies for it. */
  async function install(name: string, packages: string[], others: Record<string, string | undefined>) {
    mkdirSync(consumer(name))
    cpSync(join(root, 'packaging/consumers', name), consumer(name), { recursive: true })
    const ours = packages.map((suffix) => {
      const found = tarballs.find((tarball) => tarball.name === `@espejo/${suffix}`)
      return [`@espejo/${suffix}`, `file:${found?.path}`]
    })
    const dependencies = { ...others, ...Object.fromEntries(ours) }
    writeFileSync(
      join(consumer(name), 'package.json'),
      JSON.stringify({ name, private: true, type: 'module', dependencies }),
    )
    await npm(['install', '--prefer-offline', '--no-audit', '--no-fund'], consumer(name))
  }

  /** Starts a program and returns the URL that it prints. */
  async function start(name: string, args: string[], settings: Record<string, string> = {}): Promise<string> {
    const child = spawn(process.execPath, args, {
      cwd: consumer(name),
      env: { PATH: env.PATH, HOME: env.HOME, PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    return until(() => /running at (http:\S+)/.exec(printed)?.[1], 60)
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  }

  it('a Vite page with React 19 builds, a Node script and the page sync with an embedding Express 5 app', async () => {
    await run(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
      cwd: consumer('page'),
    })
    const url = await start('host', ['server.js', join(consumer('page'), 'dist'), dataDirs[0].path])

    const route = `${url}/espejo/api/cianbox/sync/products/stream`
    const { stdout } = await run(process.execPath, ['watch.js', route], { cwd: consumer('page') })
    expect(JSON.parse(stdout)).toMatchObject({ success: true, created: PRODUCTS })
    expect(await (await fetch(url)).text()).toContain('/assets/')
    if (whyNoBrowser) return

    const browser = await launchChromium()
    try {
      const page = await browser.newPage({ locale: 'es-AR' })
      await page.goto(url)
      await page.getByRole('button', { name: 'Iniciar Sincronización' }).click()
      await page.getByText('Sincronización completada').waitFor()
    } finally {
      await browser.close()
    }
  })

  it('espejo-server starts the demo, with its web app', async () => {
    const command = join('node_modules', '@espejo', 'server', 'dist', 'app', 'main.js')
    const settings = { ESPEJO_DATA_DIR: dataDirs[1].path, ESPEJO_DEMO_PRODUCTS: '50' }
    expect(readdirSync(join(consumer('host'), 'node_modules', '.bin'))).toContain('espejo-server')
    const url = await start('host', [command], settings)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await (await fetch(url, { headers: { accept: 'text/html' } })).text()).toContain('<div id="root">')
  })

  it('Next.js builds a server component that shows SyncProducts', async () => {
    const { stdout } = await run(
      process.execPath,
      [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'],
      {
        cwd: consumer('next'),
        env: { PATH: env.PATH, HOME: env.HOME, NEXT_TELEMETRY_DISABLED: '1' },
      },
    )
    expect(stdout).toContain('prerendered as static content')
  })
})

function versions(workspace: string): Record<string, string> {
  const { dependencies, devDependencies } = readJson<Manifest>(root, workspace, 'package.json')
  return { ...devDependencies, ...dependencies }
}
