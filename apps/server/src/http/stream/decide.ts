import { parseCursor } from '@espejo/contract'
import type { Position } from '../../stream/run-channel.js'

/** What a request says of where its viewer stands. */
export type Cursor =
  /** Nothing: a new viewer. */
  | { kind: 'none' }
  /** A place in the log of a run, which need not exist. */
  | { kind: 'at'; runId: string; seq: number }
  /** Something that no server of ours ever sent. */
  | { kind: 'garbage' }

/** `Last-Event-ID` first, `?lastEventId=` second. An empty one is none, as `EventSource` means it. */
export function readCursor(header: unknown, query: unknown): Cursor {
  const given = header === undefined || header === '' ? query : header
  if (given === undefined || given === '') return { kind: 'none' }
  const parsed = typeof given === 'string' ? parseCursor(given) : null
  return parsed ? { kind: 'at', ...parsed } : { kind: 'garbage' }
}

/**
 * What a cursor is worth against the run that it names.
 * `unknown`: no such run of this tenant, or a place that its log has not reached.
 */
export type CursorStatus = 'follow' | 'finished' | 'unknown'

export function standing(seq: number, run: Position | null): CursorStatus {
  if (!run) return 'unknown'
  if (run.ended && seq >= run.seq) return 'finished'
  return seq <= run.seq ? 'follow' : 'unknown'
}

export type Decision =
  /** Start a run, or join the active one, and stream it from its beginning. */
  | { do: 'start' }
  | { do: 'watch'; runId: string; afterSeq: number; reset: boolean }
  /** 204: the viewer has everything, and is to stop asking. */
  | { do: 'finish' }
  /** 403: there is nothing to join, and this viewer may not start. */
  | { do: 'forbid' }
  /** 404. */
  | { do: 'miss' }

/** A decision with its start, if there was to be one, carried out: a start became a `watch`. */
export type StartedDecision = Exclude<Decision, { do: 'start' }>

/**
 * The starting route, in full. Only a request without any cursor starts something: a reconnect never
 * does, whatever it brings.
 *
 * | cursor | its run | answer |
 * |---|---|---|
 * | none | | start or join; who may only watch joins the active run, or is refused |
 * | of a run of this tenant | not ended, log has reached the place | that run, from the place on |
 * | of a run of this tenant | ended, the viewer lacks something | that run, from the place on, with its ending |
 * | of a run of this tenant | ended, the viewer has the ending | 204 |
 * | unknown: garbage, future, purged, another tenant's | | `reset`, then the active or else the newest run; 204 if the tenant has none |
 */
export function decideStart(facts: {
  cursor: Cursor
  /** The tenant's run that the cursor names. */
  named: Position | null
  /** The tenant's active run. Looked at when the cursor is none or unknown. */
  active: string | null
  /** The tenant's newest run, whether active or not. Looked at when the cursor is unknown. */
  newest: string | null
  mayStart: boolean
}): Decision {
  const { cursor, named, active, newest, mayStart } = facts
  if (cursor.kind === 'none') {
    if (mayStart) return { do: 'start' }
    return active === null ? { do: 'forbid' } : fromTheBeginning(active, false)
  }
  const known = cursor.kind === 'at' ? follow(cursor, named) : null
  if (known) return known
  const present = active ?? newest
  return present === null ? { do: 'finish' } : fromTheBeginning(present, true)
}

/**
 * The route that only watches: as {@link decideStart}, but of one run. A cursor of another run is
 * unknown here.
 */
export function decideWatch(facts: { runId: string; cursor: Cursor; run: Position | null }): StartedDecision {
  const { runId, cursor, run } = facts
  if (!run) return { do: 'miss' }
  if (cursor.kind === 'none') return fromTheBeginning(runId, false)
  const known = cursor.kind === 'at' && cursor.runId === runId ? follow(cursor, run) : null
  return known ?? fromTheBeginning(runId, true)
}

function follow(cursor: { runId: string; seq: number }, run: Position | null): StartedDecision | null {
  switch (standing(cursor.seq, run)) {
    case 'follow':
      return { do: 'watch', runId: cursor.runId, afterSeq: cursor.seq, reset: false }
    case 'finished':
      return { do: 'finish' }
    case 'unknown':
      return null
  }
}

function fromTheBeginning(runId: string, reset: boolean): StartedDecision {
  return { do: 'watch', runId, afterSeq: 0, reset }
}
