// @vitest-environment jsdom
import type { CompleteData } from '@espejo/contract'
import { act, cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { completed, failedWith, progressed, RUN_ID, runList, started } from '../../test/events.js'
import {
  cancelOf,
  encode,
  eventsOf,
  json,
  RUNS,
  type SseServer,
  START,
  startSseServer,
  streamTo,
} from '../../test/sse-server.js'
import { connectionProblem } from '../core/connection/problem.js'
import { EMPTY_SNAPSHOT } from '../core/snapshot.js'
import type { Sync } from '../hooks/use-sync.js'
import { SyncProducts } from './SyncProducts.js'

configure({ asyncUtilTimeout: 15_000 })
afterEach(cleanup)

const dataOf = <T,>(event: { data: unknown }) => event.data as T

function syncOf(changes: Partial<Sync> = {}): Sync {
  return { ...EMPTY_SNAPSHOT, startSync: vi.fn(), cancel: vi.fn(), reconnect: vi.fn(), ...changes }
}
function running(changes: Parameters<typeof progressed>[1] = {}, sync: Partial<Sync> = {}): Sync {
  const progress = dataOf<Sync['progress']>(progressed(13, changes))
  return syncOf({ isLoading: true, status: 'running', connection: 'open', progress, ...sync })
}
const success: CompleteData = { ...dataOf<CompleteData>(completed()), errors: 0 }
/** Replaces no-break spaces, and unit names that differ between Unicode versions. */
const plain = (text: string | null | undefined) =>
  text
    ?.replace(/\s/g, ' ')
    .replace(/(\d) seg\.?/, '$1 s')
    .replace(' %', '%') ?? ''
const text = () => plain(document.body.textContent)

describe("the v0 contract's screen", () => {
  it('has a button to start', () => {
    const sync = syncOf()
    render(<SyncProducts sync={sync} />)
    expect(screen.getByRole('region', { name: 'Sincronizar Productos' })).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Iniciar Sincronización' }))
    expect(sync.startSync).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('button', { name: 'Cancelar' })).toBeNull()
    expect(screen.queryByRole('progressbar')).toBeNull()
  })

  it('shows the progress, and has a button to cancel', () => {
    const sync = running({ totalProcessed: 2598, created: 2410, updated: 150, unchanged: 38, errors: 2 })
    render(<SyncProducts sync={sync} />)
    expect(screen.getByRole('button', { name: 'Sincronizando...' })).toHaveProperty('disabled', true)
    fireEvent.click(screen.getByRole('button', { name: 'Cancelar' }))
    expect(sync.cancel).toHaveBeenCalledTimes(1)
    for (const part of [
      'Página 13 de 25',
      '52%',
      'Procesados: 2.598',
      'Creados: 2.410',
      'Actualizados: 150',
      'Sin cambios: 38',
      'Errores: 2',
      'Productos · 410 por segundo · Tiempo restante: 6 s',
    ]) {
      expect(text()).toContain(part)
    }
  })

  it('shows in its language why the progress is polled', () => {
    const sync = running({}, { connection: 'polling', problem: connectionProblem('buffered') })
    render(<SyncProducts sync={sync} />)
    expect(text()).toContain('Un proxy retiene los eventos en el camino')
    cleanup()
    render(<SyncProducts sync={sync} locale="en" />)
    expect(text()).toContain('A proxy on the way holds events back')
  })

  it('has a bar that a screen reader can read', () => {
    render(<SyncProducts sync={running()} />)
    const bar = screen.getByRole('progressbar', { name: 'Progreso de la sincronización' })
    const values = ['valuenow', 'valuemin', 'valuemax'].map((name) => bar.getAttribute(`aria-${name}`))
    expect(values).toEqual(['52', '0', '100'])
    expect(plain(bar.getAttribute('aria-valuetext'))).toBe('Página 13 de 25, 52%')
    expect((bar.firstElementChild as HTMLElement).style.width).toBe('52%')
  })

  it('shows no error count if it is 0', () => {
    render(<SyncProducts sync={running()} />)
    expect(text()).not.toContain('Errores')
  })

  it('shows the ending in a polite live region', () => {
    render(<SyncProducts sync={syncOf({ status: 'complete', result: success })} />)
    const region = screen.getByText('Sincronización completada').closest('[aria-live="polite"]')
    expect(plain(region?.textContent)).toContain(
      'Total: 4.987 productos | Creados: 4.702 | Actualizados: 210 | Sin cambios: 75 | Errores: 0 | Dados de baja: 4 | Duración: 12 s',
    )
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('does not show a run with rejected rows as a full success', () => {
    const ended = (errors: number, locale: 'es-AR' | 'en' = 'es-AR') => {
      cleanup()
      render(
        <SyncProducts
          sync={syncOf({ status: 'complete', result: { ...success, errors } })}
          locale={locale}
        />,
      )
      return text()
    }
    expect(ended(2)).toContain('⚠ Sincronización terminada con 2 rechazados')
    expect(ended(2)).not.toMatch(/✓|completada/)
    expect(ended(1)).toContain('terminada con 1 rechazado')
    expect(ended(1)).not.toContain('rechazados')
    expect(ended(2, 'en')).toContain('Sync finished with 2 rejected')
    expect(ended(0)).toContain('✓ Sincronización completada')
  })

  it('does not show a dry run as a success', () => {
    render(<SyncProducts sync={syncOf({ status: 'complete', result: success })} preview />)
    expect(text()).toContain('Prueba terminada: no se guardó nada')
    expect(text()).not.toMatch(/✓|completada/)
  })

  it.each(['cancelled', 'error'] as const)('has no full bar after a run that ended %s', (status) => {
    const result = dataOf<Sync['result']>(failedWith(status === 'cancelled' ? 'cancelled' : 'internal'))
    const sync = running({ percent: 100, phase: 'sweep' }, { status, result, isLoading: false })
    render(<SyncProducts sync={sync} />)
    expect(screen.queryByRole('progressbar')).toBeNull()
    expect(text()).not.toContain('100%')
    expect(text()).toContain('Página 13 de 25')
  })

  it('shows the failure as an alert', () => {
    const result = dataOf<Sync['result']>(failedWith('upstream_auth', 'Cianbox rechazó las credenciales.'))
    render(
      <SyncProducts sync={syncOf({ status: 'error', result, error: 'Cianbox rechazó las credenciales.' })} />,
    )
    expect(screen.getByRole('alert').textContent).toContain('Cianbox rechazó las credenciales.')
  })

  it("shows markup in the server's sentence as text", () => {
    const message = '<img src=x onerror=alert(1)>'
    const result = dataOf<Sync['result']>(failedWith('internal', message))
    render(<SyncProducts sync={syncOf({ status: 'error', result })} />)
    expect(screen.getByRole('alert').textContent).toContain(message)
    expect(document.querySelector('img')).toBeNull()
  })

  it('shows that the run was cancelled, without an alert', () => {
    const result = dataOf<Sync['result']>(failedWith('cancelled'))
    render(<SyncProducts sync={syncOf({ status: 'cancelled', result, error: 'Sincronización cancelada' })} />)
    expect(screen.getByText('Sincronización cancelada').closest('[aria-live="polite"]')).toBeTruthy()
    expect(screen.queryByRole('alert')).toBeNull()
  })
})

describe('what the screen shows besides', () => {
  it('why it waits, and until when', () => {
    render(
      <SyncProducts sync={running({ waiting: { reason: 'retry_after', until: '2026-11-24T12:00:00Z' } })} />,
    )
    expect(text()).toMatch(/Esperando a Cianbox: pidió una pausa hasta las \d{1,2}:\d{2}/)
  })

  it('that it is reconnecting, and why', () => {
    const problem = connectionProblem('interrupted')
    render(<SyncProducts sync={running({}, { connection: 'reconnecting', problem })} />)
    expect(text()).toContain('Reconectando… Se cortó la conexión con el servidor.')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('that the session has expired', () => {
    const problem = connectionProblem('session_expired')
    render(<SyncProducts sync={syncOf({ connection: 'closed', problem })} />)
    expect(screen.getByRole('alert').textContent).toContain('Tu sesión venció. Volvé a ingresar.')
  })

  it('that a cancel failed and the run continues', () => {
    const cancelProblem = connectionProblem('network')
    render(<SyncProducts sync={running({}, { cancelProblem })} />)
    expect(screen.getByRole('alert').textContent).toContain('No se pudo cancelar, la sincronización sigue.')
    expect(screen.getByRole('button', { name: 'Cancelar' })).toBeTruthy()
  })

  it('that a cancel was requested', () => {
    render(<SyncProducts sync={running({}, { isCancelling: true })} />)
    expect(screen.getByRole('button', { name: 'Cancelando...' })).toHaveProperty('disabled', true)
  })

  it('an empty catalogue, without NaN', () => {
    render(<SyncProducts sync={running({ page: 0, totalPages: 0, percent: 0 })} />)
    expect(text()).toContain('Página 0 de 0')
    expect(text()).not.toContain('NaN')
  })

  it('English, and texts of the application', () => {
    const sync = running({}, { connection: 'reconnecting', problem: connectionProblem('silent') })
    render(<SyncProducts sync={sync} locale="en" labels={{ title: 'Catalogue' }} className="mi-clase" />)
    expect(screen.getByRole('region', { name: 'Catalogue' }).className).toBe('mi-clase')
    expect(text()).toContain('Page 13 of 25')
    expect(text()).toContain('Reconnecting… The server stopped answering.')
  })
})

describe('for a person who may only watch', () => {
  const SENTENCE = 'Tu usuario puede ver las sincronizaciones, pero no iniciarlas ni cancelarlas.'

  it('a sentence replaces the button to start', () => {
    render(<SyncProducts sync={syncOf()} canOperate={false} />)
    expect(screen.getByText(SENTENCE)).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('a run is shown without the button to cancel', () => {
    render(<SyncProducts sync={running()} canOperate={false} locale="en" />)
    expect(screen.getByRole('progressbar')).toBeTruthy()
    expect(screen.getByText('Your user may see the syncs, but not start or cancel them.')).toBeTruthy()
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('the same is true with the component’s own hook', () => {
    const html = renderToString(<SyncProducts canOperate={false} resume={false} />)
    expect(html).toContain(SENTENCE)
    expect(html).not.toContain('<button')
  })
})

describe('onComplete', () => {
  it('is called once for a run, in StrictMode and for a new function too', () => {
    const onComplete = vi.fn()
    const panel = (sync: Sync) => (
      <StrictMode>
        <SyncProducts sync={sync} onComplete={(result) => onComplete(result)} />
      </StrictMode>
    )
    const { rerender } = render(panel(running()))
    expect(onComplete).not.toHaveBeenCalled()
    rerender(panel(syncOf({ status: 'complete', result: success })))
    rerender(panel(syncOf({ status: 'complete', result: success })))
    expect(onComplete).toHaveBeenCalledTimes(1)
    expect(onComplete).toHaveBeenCalledWith(success)
  })

  it('is not called for a run that failed', () => {
    const onComplete = vi.fn()
    const result = dataOf<Sync['result']>(failedWith('internal'))
    render(<SyncProducts sync={syncOf({ status: 'error', result })} onComplete={onComplete} />)
    expect(onComplete).not.toHaveBeenCalled()
  })
})

describe('with its own hook, on a real server', () => {
  let server: SseServer
  beforeEach(async () => {
    server = await startSseServer()
  })
  afterEach(async () => {
    cleanup()
    await server.close()
  })

  it('shows the active run after a reload, and cancels it', async () => {
    let write = (_text: string) => {}
    server.on(RUNS, json(runList({ id: RUN_ID, status: 'running' })))
    server.on(
      eventsOf(RUN_ID),
      streamTo((response) => {
        write = (text) => response.write(text)
        write(encode(started()) + encode(progressed(13)))
      }),
    )
    server.on(cancelOf(RUN_ID), (response, request) => {
      json({})(response, request)
      write(encode(failedWith('cancelled')))
    })
    render(<SyncProducts url={server.streamUrl} />)
    await screen.findByRole('progressbar')
    act(() => screen.getByRole('button', { name: 'Cancelar' }).click())
    await screen.findByText('Sincronización cancelada')
    await waitFor(() => expect(screen.getByRole('button', { name: 'Iniciar Sincronización' })).toBeTruthy())
    expect(server.seen(START)).toHaveLength(0)
  })

  it('can be rendered on a server, without browser APIs', () => {
    expect(renderToString(<SyncProducts url={server.streamUrl} />)).toContain('Iniciar Sincronización')
    expect(renderToString(<SyncProducts url={server.streamUrl} transport="eventsource" />)).toContain(
      'Iniciar',
    )
    expect(server.requests).toHaveLength(0)
  })
})
