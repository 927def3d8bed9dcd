import type { Run } from '@espejo/contract'
import { z } from 'zod'
import { HttpProblem, notFound } from './problem.js'

export const runParams = z.object({ id: z.string().regex(/^[a-z0-9]{1,40}$/) })

export function runActive(run: Run): HttpProblem {
  return new HttpProblem(
    409,
    'run_active',
    'Ya hay una sincronización en curso. Miralá, o esperá a que termine para empezar otra.',
    { run },
  )
}

export function noSuchRun(): HttpProblem {
  return notFound('Esa sincronización no existe.')
}

/** For `value ?? fail(problem)`. */
export function fail(problem: HttpProblem): never {
  throw problem
}
