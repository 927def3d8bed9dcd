import { isFinal, parseCursor } from '@espejo/contract'
import { linkedController } from '../../platform/linked-signal.js'
import type { Frame } from '../decode-frame.js'
import type { StreamEnd, StreamListener, StreamRequest, Transport, TransportContext } from '../transport.js'
import { judgeLateness, newEvidence, pinged, type StreamEvidence, stoodStill } from './stall-verdict.js'

/** How an observed stream came to its end. */
type Observed =
  | {
      type: 'ended'
      end: StreamEnd
      /** Null when the stream never named its run. */
      runId: string | null
      /** It had opened, and was cut within seconds. */
      wasCutShort: boolean
    }
  /** The server answers at once when asked for the run, and its stream does not get through. */
  | { type: 'held-back'; runId: string | null }

export interface ObservedStream {
  outcome: Promise<Observed>
  verdict(): ReturnType<typeof judgeLateness>
}

const TICK_MS = 2_500
const STANDSTILL_MS = 3 * TICK_MS
/** Between two questions whether the server answers at all. */
const PROBE_MS = 10_000
/** Cut sooner than any timeout that someone would set on purpose. */
const CUT_SHORT_MS = 10_000

/** Runs one attempt of `stream`, and breaks it off once it is sure that its events are held back. */
export function observeStream(
  { api, edges }: TransportContext,
  stream: Transport,
  request: StreamRequest,
  listener: StreamListener,
  signal: AbortSignal,
): ObservedStream {
  let evidence: StreamEvidence = newEvidence(edges.now(), request.lastEventId !== null)
  let openedAt = 0
  let { runId } = request
  const attempt = linkedController(signal)
  let livedAt = edges.now()
  /** What piled up during a standstill arrives in a bunch, and says nothing of the way here. */
  let trustedFrom = livedAt

  const heldBack = new Promise<Observed>((resolve) => {
    let probeDueAt = 0
    let takeBack = edges.setTimer(tick, TICK_MS)
    attempt.signal.addEventListener('abort', () => takeBack())

    function tick() {
      if (attempt.signal.aborted) return
      noticeStandstill()
      takeBack = edges.setTimer(tick, TICK_MS)
      if (isLate() && edges.now() >= probeDueAt) void probe()
    }
    /** A server that is merely slow, or gone, does not answer this either; then there is nothing to conclude. */
    async function probe() {
      probeDueAt = edges.now() + PROBE_MS
      const isThere = await isRunThere()
      if (isThere && isLate() && !attempt.signal.aborted) resolve({ type: 'held-back', runId })
    }
  })

  async function isRunThere(): Promise<boolean> {
    if (runId !== null) return (await api.readRun(runId, attempt.signal)).ok
    const newest = await api.newestRun(attempt.signal)
    return newest.ok && newest.value !== null && !isFinal(newest.value.status)
  }
  function isLate() {
    return judgeLateness(evidence, edges.now()) === 'late'
  }

  /** A tick or a frame after a long gap shows that this page itself stood still (a sleep, a frozen tab). */
  function noticeStandstill() {
    const now = edges.now()
    if (now - livedAt > STANDSTILL_MS) {
      evidence = stoodStill(evidence, now)
      trustedFrom = now + TICK_MS
    }
    livedAt = now
  }

  function activity() {
    evidence = evidence.firstAt === null ? { ...evidence, firstAt: edges.now() } : evidence
    listener.activity()
  }

  function frame(frame: Frame) {
    noticeStandstill()
    const now = edges.now()
    if (frame.event === 'ping' && now >= trustedFrom) evidence = pinged(evidence, stampOf(frame), now)
    runId ??= parseCursor(frame.id ?? '')?.runId ?? null
    listener.frame(frame)
  }

  async function run(): Promise<Observed> {
    const end = await stream(
      request,
      {
        ...listener,
        open() {
          openedAt = edges.now()
          evidence = { ...evidence, openedAt }
          listener.open()
        },
        activity,
        frame,
      },
      attempt.signal,
    )
    const wasCutShort = end.type === 'failed' && openedAt > 0 && edges.now() - openedAt < CUT_SHORT_MS
    return { type: 'ended', end, runId, wasCutShort }
  }

  return {
    outcome: Promise.race([run(), heldBack]).finally(() => attempt.abort()),
    verdict: () => judgeLateness(evidence, edges.now()),
  }
}

function stampOf(ping: Frame): number {
  try {
    const data = JSON.parse(ping.data) as { timestamp?: unknown } | null
    return typeof data?.timestamp === 'string' ? Date.parse(data.timestamp) : Number.NaN
  } catch {
    // The watcher will call the frame malformed; here it is only no evidence.
    return Number.NaN
  }
}
