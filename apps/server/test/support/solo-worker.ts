import type { Run } from '@espejo/contract'
import { createClientFactory } from '../../src/connections/client-factory.js'
import { createRequestLimits } from '../../src/connections/request-limits.js'
import { createJobSlots } from '../../src/runs/job-slots.js'
import { createRunHandler } from '../../src/sync/worker.js'
import type { LiveApp, LiveTenant } from './live-app.js'

/** A job of one worker that the test starts and stops in place of the queue's workers. */
export interface SoloWork {
  /** Settles as the job's handler does: rejects where another worker should continue. */
  readonly done: Promise<void>
  /** Stops the worker, as SIGTERM does. */
  stop(): void
}

export interface SoloWorker {
  work(tenant: LiveTenant, run: Pick<Run, 'id'>): SoloWork
  /** What its handlers logged as errors. */
  readonly errors: unknown[]
}

/** @param baseUrl of the ERP. @defaultValue the simulator */
export function createSoloWorker(live: LiveApp, baseUrl = live.erpUrl): SoloWorker {
  const { pool, sealer } = live.app.services
  // Its own circuit breakers, as in a process of its own.
  const limitsFor = createRequestLimits({ pool, now: () => new Date() })
  const errors: unknown[] = []
  const handle = createRunHandler({
    pool,
    openConnection: createClientFactory({ pool, sealer, baseUrl, limitsFor }).forTenant,
    now: () => new Date(),
    onEvent: () => undefined,
    log: { info: () => undefined, error: ({ err }: { err?: unknown }) => void errors.push(err) },
  })
  return {
    errors,
    work(tenant, run) {
      const stopping = new AbortController()
      const done = handle({ tenantId: tenant.id, runId: run.id }, stopping.signal, createJobSlots().open())
      // A test that does not await it must not fail by an unhandled rejection.
      done.catch(() => undefined)
      return { done, stop: () => stopping.abort() }
    },
  }
}

/** Starts a run through the API. */
export async function startRun(tenant: LiveTenant, body: object = {}): Promise<Run> {
  const { status, json, text } = await tenant.call('POST', '/api/cianbox/sync/runs', { body })
  if (status !== 201) throw new Error(text)
  return json as Run
}
