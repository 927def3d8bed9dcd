import type { ReadChanges } from './changes-reader.js'
import { type Position, RunChannel } from './run-channel.js'
import type { ReadTail } from './tail-reader.js'
import type { Viewer } from './viewer.js'

/** The runs that somebody watches in this process. */
export interface Channels {
  /**
   * Where a run's log stands: as known, and read anew when the caller has seen more than is known.
   * @returns null when the tenant has no such run.
   */
  locate(tenantId: string, runId: string, atLeast: number): Promise<Position | null>
  /** Registers a viewer. It is offered what it needs at once, or when it was read. */
  join(viewer: Viewer, tenantId: string, runId: string): RunChannel
  leave(viewer: Viewer, channel: RunChannel): void
  /** Hints that there is news of these runs. */
  wake(runIds: readonly string[] | 'all'): void
  /** About once a second: reads what was not read for a while, and forgets what nobody watches. */
  beat(): void
  count(): number
}

export function createChannels(deps: {
  read: ReadTail
  readChanges: ReadChanges
  /** A viewer was offered something. */
  flush: (viewer: Viewer) => void
  /** A viewer's run has been purged. */
  lost: (viewer: Viewer) => void
  ticks: () => number
  /** A run not read for this long is read even without a wake-up. */
  pollMs: number
  /** A run that nobody watches is kept this long, for those who reconnect. */
  lingerMs: number
  onError: (error: Error) => void
}): Channels {
  const { ticks, pollMs, lingerMs, onError, lost } = deps
  // By run, as wake-ups name it; two tenants could have a run of the same id.
  const byRun = new Map<string, RunChannel[]>()

  function find(tenantId: string, runId: string): RunChannel {
    const ofRun = byRun.get(runId) ?? []
    let channel = ofRun.find((one) => one.tenantId === tenantId)
    if (!channel) {
      channel = new RunChannel(tenantId, runId, deps)
      byRun.set(runId, [...ofRun, channel])
    }
    channel.usedAt = ticks()
    return channel
  }

  /** Waits for a read, which may show that the run is not there, or not there any more. */
  async function seeThrough(channel: RunChannel, reading: Promise<void>): Promise<void> {
    await reading
    if (channel.presence !== 'absent') return
    forget(channel)
    for (const viewer of channel.viewers) lost(viewer)
  }

  function forget(channel: RunChannel): void {
    const others = byRun.get(channel.runId)?.filter((one) => one !== channel) ?? []
    if (others.length > 0) byRun.set(channel.runId, others)
    else byRun.delete(channel.runId)
  }

  /** A failed read is nobody's loss: the poll asks again. */
  function inBackground(channel: RunChannel, reading: Promise<void>): void {
    seeThrough(channel, reading).catch(onError)
  }

  return {
    async locate(tenantId, runId, atLeast) {
      const channel = find(tenantId, runId)
      await seeThrough(channel, channel.load())
      if (channel.head < atLeast) await seeThrough(channel, channel.refresh())
      return channel.presence === 'absent' ? null : { seq: channel.head, ended: channel.ended }
    },
    join(viewer, tenantId, runId) {
      const channel = find(tenantId, runId)
      channel.join(viewer)
      inBackground(channel, viewer.wantsChanges ? channel.refresh() : channel.load())
      return channel
    },
    leave(viewer, channel) {
      channel.viewers.delete(viewer)
      channel.usedAt = ticks()
    },
    wake(runIds) {
      const woken = runIds === 'all' ? [...byRun.values()] : runIds.map((runId) => byRun.get(runId) ?? [])
      for (const channel of woken.flat()) inBackground(channel, channel.refresh())
    },
    beat() {
      const at = ticks()
      for (const channel of [...byRun.values()].flat()) {
        if (channel.viewers.size === 0 && at - channel.usedAt >= lingerMs) forget(channel)
        else if (at - channel.readAt >= pollMs) inBackground(channel, channel.refresh())
      }
    },
    count: () => byRun.size,
  }
}
