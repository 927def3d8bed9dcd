import type { Run } from '@espejo/contract'
import { z } from 'zod'
import { HttpProblem, notFound } from './problem.js'

/** Path parameters of a run's routes. */
export const runParams = z.object({ id: z.string().regex(/^[a-z0-9]{1,40}$/) })

/** 409: only one run of a tenant is active at a time; the active one is in `run`. */
export function runActive(run: Run): HttpProblem {
  return new HttpProblem(
    409,
    'run_active',
    'Ya hay una sincronización en curso. Miralá, o esperá a que termine para empezar otra.',
    { run },
  )
}

/** 404. */
export function noSuchRun(): HttpProblem {
  return notFound('Esa sincronización no existe.')
}
