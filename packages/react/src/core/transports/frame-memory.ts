import { parseCursor } from '@espejo/contract'
import type { Frame } from './decode-frame.js'

/** Keeps the frames from which a late listener gets the current state: `start`, newest `progress`, ending. */
export interface FrameMemory {
  record(frame: Frame): void
  /** The kept frames, in the order of the run's log. */
  frames(): Frame[]
}

export function createFrameMemory(): FrameMemory {
  let kept: { runId: string; seq: number; frames: Partial<Record<Slot, Frame>> } | null = null

  return {
    record(frame) {
      if (frame.event === 'reset') kept = null
      const slot = SLOTS[frame.event]
      const cursor = parseCursor(frame.id ?? '')
      if (!slot || !cursor) return
      if (kept?.runId !== cursor.runId) kept = { ...cursor, frames: {} }
      else if (cursor.seq <= kept.seq) return
      kept.seq = cursor.seq
      kept.frames[slot] = frame
    },
    frames() {
      const { start, progress, ending } = kept?.frames ?? {}
      return [start, progress, ending].filter((frame) => frame !== undefined)
    },
  }
}

type Slot = 'start' | 'progress' | 'ending'
const SLOTS: Record<string, Slot> = {
  start: 'start',
  progress: 'progress',
  complete: 'ending',
  error: 'ending',
}
