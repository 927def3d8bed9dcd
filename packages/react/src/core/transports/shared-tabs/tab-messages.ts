import type { Run } from '@espejo/contract'
import type { Failure } from '../../connection/failure.js'
import type { ConnectionProblem } from '../../connection/problem.js'
import type { Frame } from '../decode-frame.js'
import { createFrameMemory } from '../frame-memory.js'
import type { StreamListener } from '../transport.js'

/** What the leading tab tells the others of its stream. */
export type News =
  | { type: 'connecting' }
  | { type: 'open' }
  | { type: 'degraded'; problem: ConnectionProblem }
  | { type: 'frame'; frame: Frame }
  | { type: 'run'; run: Run }
  /** The stream was lost in a way that may pass. */
  | { type: 'lost'; failure: Failure }

/**
 * What tabs say to each other. `term` is the instant at which a tab began to lead: news of an earlier
 * term comes from a tab that was frozen while another took its place, and is passed over.
 */
export type TabMessage =
  /** Does anyone lead, and what is known? */
  | { type: 'ask'; from: string }
  /** The leader's answer to one tab, or to all (null) when it begins to lead. */
  | { type: 'state'; term: number; to: string | null; news: News[] }
  | { type: 'news'; term: number; news: News }

/** Tells a listener. */
export function tell(listener: StreamListener, news: News): void {
  if (news.type === 'open') listener.open()
  else if (news.type === 'degraded') listener.degraded(news.problem)
  else if (news.type === 'frame') listener.frame(news.frame)
  else if (news.type === 'run') listener.run(news.run)
}

/** A listener that hands everything on as news; `activity` alone is not worth a message. */
export function asNews(hand: (news: News) => void, activity: () => void): StreamListener {
  return {
    open: () => hand({ type: 'open' }),
    activity,
    frame: (frame) => hand({ type: 'frame', frame }),
    degraded: (problem) => hand({ type: 'degraded', problem: withoutCause(problem) }),
    run: (run) => hand({ type: 'run', run }),
  }
}

/** A failure that can be sent: what was thrown underneath may be of any kind. */
export function sendable(failure: Failure): Failure {
  return { ...failure, problem: withoutCause(failure.problem) }
}

function withoutCause({ cause: _, ...problem }: ConnectionProblem): ConnectionProblem {
  return problem
}

/** The present state of one run's stream, as news for a tab that comes late. */
export interface NewsMemory {
  note(news: News): void
  state(): News[]
}

export function createNewsMemory(): NewsMemory {
  const frames = createFrameMemory()
  let condition: News | null = null
  let run: News | null = null
  return {
    note(news) {
      if (news.type === 'frame') frames.note(news.frame)
      else if (news.type === 'run') run = news
      else condition = news
      // A stream that is back knows better than the last answer of before.
      if (news.type === 'open') run = null
    },
    state: () => [
      ...(condition ? [condition] : []),
      ...frames.frames().map((frame): News => ({ type: 'frame', frame })),
      ...(run ? [run] : []),
    ],
  }
}
