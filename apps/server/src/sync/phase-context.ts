import type { Dialect } from '@espejo/contract'
import type { RunWriter } from './run-writer.js'

/** What the phases of a run work with: the run, its ledger, and the writer's `commit`. */
export interface PhaseContext extends Pick<RunWriter, 'run' | 'state' | 'commit'> {
  /** The shape of the source's rows. */
  readonly dialect: Dialect
  /** Whether new products are written to the change log. Those of a first load are not. */
  readonly logsCreations: boolean
}

export function createPhaseContext(
  writer: RunWriter,
  settings: Pick<PhaseContext, 'dialect' | 'logsCreations'>,
): PhaseContext {
  const { run, state, commit } = writer
  return { run, state, commit, ...settings }
}
