import { isFinal, parseCursor } from '@espejo/contract'
import { linkedController } from '../../platform/linked-signal.js'
import type { Frame } from '../decode-frame.js'
import type { StreamEnd, StreamListener, StreamRequest, Transport, TransportContext } from '../transport.js'
import {
  addPing,
  newEvidence,
  restartAfterSuspend,
  type StallEvidence,
  stallVerdict,
} from './stall-verdict.js'

/** How a monitored stream ended. */
type MonitoredOutcome =
  | {
      type: 'ended'
      end: StreamEnd
      /** Null when the stream did not send the run's id. */
      runId: string | null
      /** It opened, and was cut within seconds. */
      wasCutShort: boolean
    }
  /** The server responds at once to a request for the run, but its stream does not get through. */
  | { type: 'stalled'; runId: string | null }

export interface MonitoredStream {
  outcome: Promise<MonitoredOutcome>
  verdict(): ReturnType<typeof stallVerdict>
}

const TICK_MS = 2_500
const SUSPENDED_MS = 3 * TICK_MS
/** Least time between two requests that check whether the server responds. */
const PROBE_MS = 10_000
/** Shorter than any timeout that is configured on purpose. */
const CUT_SHORT_MS = 10_000

/** Runs one attempt of `stream`, and aborts it once it is certain that its events do not get through. */
export function streamWithStallDetection(
  { api, edges: platform }: TransportContext,
  stream: Transport,
  request: StreamRequest,
  listener: StreamListener,
  signal: AbortSignal,
): MonitoredStream {
  let evidence: StallEvidence = newEvidence(platform.now(), request.lastEventId !== null)
  let openedAt = 0
  let { runId } = request
  const attempt = linkedController(signal)
  let lastActiveAt = platform.now()
  /** Pings queued while the page was suspended arrive all at once, and must not count as buffered. */
  let pingsCountFrom = lastActiveAt

  const stalled = new Promise<MonitoredOutcome>((resolve) => {
    let probeDueAt = 0
    let cancelTimer = platform.setTimer(tick, TICK_MS)
    attempt.signal.addEventListener('abort', () => cancelTimer())

    function tick() {
      if (attempt.signal.aborted) return
      detectSuspend()
      cancelTimer = platform.setTimer(tick, TICK_MS)
      if (isStalled() && platform.now() >= probeDueAt) void probe()
    }
    /** A server that is slow or down does not respond to this request either; then there is no verdict. */
    async function probe() {
      probeDueAt = platform.now() + PROBE_MS
      const serverResponds = await canReadRun()
      if (serverResponds && isStalled() && !attempt.signal.aborted) resolve({ type: 'stalled', runId })
    }
  })

  async function canReadRun(): Promise<boolean> {
    if (runId !== null) return (await api.readRun(runId, attempt.signal)).ok
    const newest = await api.newestRun(attempt.signal)
    return newest.ok && newest.value !== null && !isFinal(newest.value.status)
  }
  function isStalled() {
    return stallVerdict(evidence, platform.now()) === 'stalled'
  }

  /** A long gap before a tick or a frame shows that this page was suspended (sleep, a frozen tab). */
  function detectSuspend() {
    const now = platform.now()
    if (now - lastActiveAt > SUSPENDED_MS) {
      evidence = restartAfterSuspend(evidence, now)
      pingsCountFrom = now + TICK_MS
    }
    lastActiveAt = now
  }

  function activity() {
    evidence = evidence.firstAt === null ? { ...evidence, firstAt: platform.now() } : evidence
    listener.activity()
  }

  function frame(frame: Frame) {
    detectSuspend()
    const now = platform.now()
    if (frame.event === 'ping' && now >= pingsCountFrom) evidence = addPing(evidence, sentAtOf(frame), now)
    runId ??= parseCursor(frame.id ?? '')?.runId ?? null
    listener.frame(frame)
  }

  async function run(): Promise<MonitoredOutcome> {
    const end = await stream(
      request,
      {
        ...listener,
        open() {
          openedAt = platform.now()
          evidence = { ...evidence, openedAt }
          listener.open()
        },
        activity,
        frame,
      },
      attempt.signal,
    )
    const wasCutShort = end.type === 'failed' && openedAt > 0 && platform.now() - openedAt < CUT_SHORT_MS
    return { type: 'ended', end, runId, wasCutShort }
  }

  return {
    outcome: Promise.race([run(), stalled]).finally(() => attempt.abort()),
    verdict: () => stallVerdict(evidence, platform.now()),
  }
}

/** The server's timestamp in a ping, in milliseconds; NaN if it has none. */
function sentAtOf(ping: Frame): number {
  try {
    const data = JSON.parse(ping.data) as { timestamp?: unknown } | null
    return typeof data?.timestamp === 'string' ? Date.parse(data.timestamp) : Number.NaN
  } catch {
    // The watcher reports the malformed frame; here the ping is only ignored.
    return Number.NaN
  }
}
