import { isDatabaseUnreachable } from '../db/unreachable.js'
import type { ReadChanges } from './changes-reader.js'
import { type Position, RunChannel } from './run-channel.js'
import type { ReadTail } from './tail-reader.js'
import type { Viewer } from './viewer.js'

/** The watched runs of this process, each with its channel. */
export interface Channels {
  /**
   * The position of a run's log, from memory unless `atLeast` is past it; then the log is read again.
   * @returns null when the tenant has no such run
   */
  locate(tenantId: string, runId: string, atLeast: number): Promise<Position | null>
  /** Registers a viewer, which is offered the run's state at once, or as soon as it is read. */
  join(viewer: Viewer, tenantId: string, runId: string): RunChannel
  leave(viewer: Viewer, channel: RunChannel): void
  /** Reads these runs again, as far as they are watched. A hint: without it they are polled. */
  wake(runIds: readonly string[] | 'all'): void
  /** To be called about once a second: reads runs that were not read for `pollMs`, and drops unwatched ones. */
  poll(): void
  count(): number
}

export function createChannels(deps: {
  read: ReadTail
  readChanges: ReadChanges
  /** Called for a viewer that was offered frames. */
  flush: (viewer: Viewer) => void
  /** Called for a viewer whose run was deleted, or could not be read for `databaseAwayMs`. */
  sendDrain: (viewer: Viewer) => void
  ticks: () => number
  /** A run that was not read for so many milliseconds is read without a wake-up. */
  pollMs: number
  /** An unwatched run is kept for so many milliseconds, for viewers that reconnect. */
  lingerMs: number
  databaseAwayMs: number
  onError: (error: Error) => void
}): Channels {
  const { ticks, pollMs, lingerMs, databaseAwayMs, onError, sendDrain } = deps
  // By run id, because wake-ups have only that; two tenants may have runs of the same id.
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

  /** Waits for a read, and drops the channel if it shows that the run does not exist (any more). */
  async function awaitRead(channel: RunChannel, reading: Promise<void>): Promise<void> {
    await reading
    if (channel.presence !== 'absent') return
    remove(channel)
    for (const viewer of channel.viewers) sendDrain(viewer)
  }

  function remove(channel: RunChannel): void {
    const others = byRun.get(channel.runId)?.filter((one) => one !== channel) ?? []
    if (others.length > 0) byRun.set(channel.runId, others)
    else byRun.delete(channel.runId)
  }

  /**
   * A failed read is only reported, because the next poll reads again. But another process may still reach the
   * database, so viewers do not wait here for long.
   */
  function inBackground(channel: RunChannel, reading: Promise<void>): void {
    awaitRead(channel, reading).then(
      () => {
        channel.failingSince = null
      },
      (error: Error) => {
        onError(error)
        if (!isDatabaseUnreachable(error)) return
        channel.failingSince ??= ticks()
        if (ticks() - channel.failingSince >= databaseAwayMs) channel.viewers.forEach(sendDrain)
      },
    )
  }

  return {
    async locate(tenantId, runId, atLeast) {
      const channel = find(tenantId, runId)
      await awaitRead(channel, channel.load())
      if (channel.head < atLeast) await awaitRead(channel, channel.refresh())
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
    poll() {
      const at = ticks()
      for (const channel of [...byRun.values()].flat()) {
        if (channel.viewers.size === 0 && at - channel.usedAt >= lingerMs) remove(channel)
        else if (at - channel.readAt >= pollMs) inBackground(channel, channel.refresh())
      }
    },
    count: () => byRun.size,
  }
}
