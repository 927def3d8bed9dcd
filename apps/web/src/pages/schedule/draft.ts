import type { Schedule, ScheduleSettings } from '@espejo/contract'

/** Common schedules, as cron expressions of five fields. */
export const PRESETS = {
  never: null,
  quarterHourly: '*/15 * * * *',
  hourly: '0 * * * *',
  nightly: '0 3 * * *',
  weekly: '0 3 * * 0',
} as const

type Preset = keyof typeof PRESETS
export type TimingChoice = Preset | 'custom'

/** The presets of each kind of run: a full run every quarter of an hour would be heavy use. */
export const CHOICES = {
  full: ['never', 'nightly', 'weekly', 'hourly', 'custom'],
  incremental: ['never', 'quarterHourly', 'hourly', 'nightly', 'custom'],
} as const satisfies Record<string, readonly TimingChoice[]>

export type ScheduledKind = keyof typeof CHOICES

/** When one kind of run starts: a preset or a custom expression, which is kept while a preset is chosen. */
export interface Timing {
  choice: TimingChoice
  cron: string
}

/** The form as typed. */
export interface Draft {
  full: Timing
  incremental: Timing
  sweepGuardPercent: string
  guardExpiryHours: string
}

/** A field of the sweep's guard: a whole number, typed as text. */
export type GuardField = 'sweepGuardPercent' | 'guardExpiryHours'

export function toDraft(schedule: ScheduleSettings): Draft {
  return {
    full: toTiming(schedule.full, CHOICES.full),
    incremental: toTiming(schedule.incremental, CHOICES.incremental),
    sweepGuardPercent: String(schedule.sweepGuardPercent),
    guardExpiryHours: String(schedule.guardExpiryHours),
  }
}

/** The request body. Expressions are sent as typed: the server alone validates them. */
export function toBody(draft: Draft): { body: ScheduleSettings } | { problem: GuardField } {
  const sweepGuardPercent = wholeNumber(draft.sweepGuardPercent, 100)
  if (sweepGuardPercent === null) return { problem: 'sweepGuardPercent' }
  const guardExpiryHours = wholeNumber(draft.guardExpiryHours, 720)
  if (guardExpiryHours === null) return { problem: 'guardExpiryHours' }
  const [full, incremental] = [toCron(draft.full), toCron(draft.incremental)]
  return { body: { full, incremental, sweepGuardPercent, guardExpiryHours } }
}

/** An integer from 1 to `most`; null for any other text. */
function wholeNumber(text: string, most: number): number | null {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0
  return value < 1 || value > most ? null : value
}

/** Whether only incremental runs are scheduled: then changes without a date in Cianbox are never corrected. */
export function lacksFullRuns({ full, incremental }: Pick<Schedule, 'full' | 'incremental'>): boolean {
  return full === null && incremental !== null
}

function toTiming(cron: string | null, choices: readonly TimingChoice[]): Timing {
  const plain = cron?.trim().replace(/\s+/g, ' ') ?? null
  const preset = choices.find((choice) => choice !== 'custom' && PRESETS[choice] === plain)
  return { choice: preset ?? 'custom', cron: cron ?? '' }
}

function toCron({ choice, cron }: Timing): string | null {
  return choice === 'custom' ? cron.trim() : PRESETS[choice]
}
