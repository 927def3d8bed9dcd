import type { Dialect } from '@espejo/contract'
import type { RunWriter } from './run-writer.js'

/** A run as its phases see it: what it reads, its ledger, and the only way to commit to it. */
export interface PhaseContext extends Pick<RunWriter, 'run' | 'state' | 'commit'> {
  /** In which shape the source answers, and so in which its rows are stored. */
  readonly dialect: Dialect
  /** Whether new products enter the change log. Those of a first load do not. */
  readonly logsCreations: boolean
}

export function createPhaseContext(
  writer: RunWriter,
  world: Pick<PhaseContext, 'dialect' | 'logsCreations'>,
): PhaseContext {
  const { run, state, commit } = writer
  return { run, state, commit, dialect: world.dialect, logsCreations: world.logsCreations }
}
