import { parseCursor } from '@espejo/contract'
import type { Position } from '../../stream/run-channel.js'
import type { StreamWithoutCursor } from '../../stream/start-guard.js'

/** The cursor of a request: up to where its viewer has received events. */
export type Cursor =
  /** No cursor: a new viewer. */
  | { kind: 'none' }
  /** A position in the log of a run, which need not exist. */
  | { kind: 'at'; runId: string; seq: number }
  /** Not a cursor: no server of Espejo has sent it. */
  | { kind: 'garbage' }

/** Reads `Last-Event-ID`, or else `?lastEventId=`. An empty one counts as absent, as in `EventSource`. */
export function readCursor(header: unknown, query: unknown): Cursor {
  const given = header === undefined || header === '' ? query : header
  if (given === undefined || given === '') return { kind: 'none' }
  const parsed = typeof given === 'string' ? parseCursor(given) : null
  return parsed ? { kind: 'at', ...parsed } : { kind: 'garbage' }
}

/**
 * How a cursor relates to the run that it names. `follow`: the run continues past it. `finished`: the
 * viewer has the ending. `unknown`: no such run of this tenant, or a position that its log has not reached.
 */
export type CursorStatus = 'follow' | 'finished' | 'unknown'

/** @param run the run that the cursor names; null: the tenant has no such run */
export function checkCursor(seq: number, run: Position | null): CursorStatus {
  if (!run) return 'unknown'
  if (run.ended && seq >= run.seq) return 'finished'
  return seq <= run.seq ? 'follow' : 'unknown'
}

export type Decision =
  /** Start a run, or join the active one, and stream it from its beginning. */
  | { do: 'start' }
  | { do: 'watch'; runId: string; afterSeq: number; reset: boolean }
  /** 204: the viewer has all events, and is not to reconnect. */
  | { do: 'finish' }
  /** 403: no run is active, and this viewer may not start one. */
  | { do: 'forbid' }
  /** 404. */
  | { do: 'not-found' }

/** A decision after its `start`, if any, was carried out and became a `watch`. */
export type StartedDecision = Exclude<Decision, { do: 'start' }> & {
  /** Of a client without a cursor that may start runs. */
  stream?: StreamWithoutCursor
}

/**
 * Decides what the starting route does. Only a request without a cursor can start a run, so a reconnect
 * never starts one.
 *
 * | cursor | its run | answer |
 * |---|---|---|
 * | none | | start or join; a user who may only watch joins the active run, or gets 403 |
 * | none | the start guard forbids a start | the active run, else the user's last run, from its beginning |
 * | of a run of this tenant | not ended, the log has reached the position | that run, from the position on |
 * | of a run of this tenant | ended, the viewer lacks events | that run, from the position on, with its ending |
 * | of a run of this tenant | ended, the viewer has the ending | 204 |
 * | unknown: garbage, future, deleted, of another tenant | | `reset`, then the active or else the newest run; 204 if the tenant has none |
 */
export function decideStart(facts: {
  cursor: Cursor
  /** The tenant's run that the cursor names. */
  named: Position | null
  /** The tenant's active run. Used when the cursor is absent or unknown. */
  active: string | null
  /** The tenant's newest run, active or not. Used when the cursor is unknown. */
  newest: string | null
  mayStart: boolean
  /** The user's last run, when the start guard forbids a start. Used without a cursor. */
  instead: string | null
}): Decision {
  const { cursor, named, active, newest, mayStart, instead } = facts
  if (cursor.kind === 'none') {
    if (mayStart) return instead === null ? { do: 'start' } : fromTheBeginning(active ?? instead, false)
    return active === null ? { do: 'forbid' } : fromTheBeginning(active, false)
  }
  const known = cursor.kind === 'at' ? follow(cursor, named) : null
  if (known) return known
  const current = active ?? newest
  return current === null ? { do: 'finish' } : fromTheBeginning(current, true)
}

/**
 * Decides what the watching route does: as {@link decideStart}, but for one run. A cursor of another
 * run is unknown.
 */
export function decideWatch(facts: { runId: string; cursor: Cursor; run: Position | null }): StartedDecision {
  const { runId, cursor, run } = facts
  if (!run) return { do: 'not-found' }
  if (cursor.kind === 'none') return fromTheBeginning(runId, false)
  const known = cursor.kind === 'at' && cursor.runId === runId ? follow(cursor, run) : null
  return known ?? fromTheBeginning(runId, true)
}

function follow(cursor: { runId: string; seq: number }, run: Position | null): StartedDecision | null {
  switch (checkCursor(cursor.seq, run)) {
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
