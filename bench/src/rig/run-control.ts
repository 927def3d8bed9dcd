import type { Pool } from '@espejo/server/db/pool'
import { createRunControl, type RunControl } from '@espejo/server/runs/run-control'
import { openRunQueue } from '@espejo/server/runs/run-queue'

/** What an API process does with runs: it starts and cancels them and works on none. */
export async function openRunControl(pool: Pool): Promise<{ control: RunControl; stop(): Promise<void> }> {
  const queue = await openRunQueue(pool, { supervise: false, onError: () => undefined })
  const control = createRunControl({ pool, queue, now: () => new Date(), onEvent: () => undefined })
  return { control, stop: () => queue.stop(1000) }
}
