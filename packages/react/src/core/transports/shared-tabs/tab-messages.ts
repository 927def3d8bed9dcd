import type { Run } from '@espejo/contract'
import type { Failure } from '../../connection/failure.js'
import type { ConnectionProblem } from '../../connection/problem.js'
import type { Frame } from '../decode-frame.js'
import { createFrameMemory } from '../frame-memory.js'
import type { StreamListener } from '../transport.js'

/** What happens on the leader's stream, as it is sent to the other tabs. */
export type TabEvent =
  | { type: 'connecting' }
  | { type: 'open' }
  | { type: 'degraded'; problem: ConnectionProblem }
  | { type: 'frame'; frame: Frame }
  | { type: 'run'; run: Run }
  /** The stream was lost, and a retry may succeed. */
  | { type: 'lost'; failure: Failure }

/**
 * A message on the tabs' BroadcastChannel. `term` is the time at which a tab began to lead. A message of
 * an earlier term comes from a leader that was frozen and replaced meanwhile, and is ignored.
 */
export type TabMessage =
  /** Requests the current state from the leader. */
  | { type: 'ask'; from: string }
  /** The current state: for one tab, or for all (null) when a tab begins to lead. */
  | { type: 'state'; term: number; to: string | null; events: TabEvent[] }
  | { type: 'event'; term: number; event: TabEvent }

/** Calls the method of `listener` that belongs to `event`. */
export function notifyListener(listener: StreamListener, event: TabEvent): void {
  if (event.type === 'open') listener.open()
  else if (event.type === 'degraded') listener.degraded(event.problem)
  else if (event.type === 'frame') listener.frame(event.frame)
  else if (event.type === 'run') listener.run(event.run)
}

/** A listener that emits each call as a `TabEvent`. `activity` is too frequent to be sent as a message. */
export function toTabEvents(emit: (event: TabEvent) => void, activity: () => void): StreamListener {
  return {
    open: () => emit({ type: 'open' }),
    activity,
    frame: (frame) => emit({ type: 'frame', frame }),
    degraded: (problem) => emit({ type: 'degraded', problem: withoutCause(problem) }),
    run: (run) => emit({ type: 'run', run }),
  }
}

/** The failure without `cause`, because a thrown value may not be structured-cloneable. */
export function cloneableFailure(failure: Failure): Failure {
  return { ...failure, problem: withoutCause(failure.problem) }
}

function withoutCause({ cause: _, ...problem }: ConnectionProblem): ConnectionProblem {
  return problem
}

/** Keeps the events from which a tab that joins late gets the current state. */
export interface TabEventMemory {
  record(event: TabEvent): void
  state(): TabEvent[]
}

export function createTabEventMemory(): TabEventMemory {
  const frames = createFrameMemory()
  let connection: TabEvent | null = null
  let run: TabEvent | null = null
  return {
    record(event) {
      if (event.type === 'frame') frames.record(event.frame)
      else if (event.type === 'run') run = event
      else connection = event
      // Once the stream is open again, its frames are newer than the last polled run.
      if (event.type === 'open') run = null
    },
    state: () => [
      ...(connection ? [connection] : []),
      ...frames.frames().map((frame): TabEvent => ({ type: 'frame', frame })),
      ...(run ? [run] : []),
    ],
  }
}
