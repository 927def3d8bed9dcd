/** When a tenant's runs start by themselves, and what a sweep may retire without confirmation. */
export interface ScheduleSettings {
  /** Cron expression of five fields, in the time of Argentina; null: never. */
  full: string | null
  /** As `full`, for incremental runs. */
  incremental: string | null
  /** Share of the mirror that a sweep may retire without confirmation: 1 to 100. */
  sweepGuardPercent: number
  /** Hours that a run waits for a decision before it ends with `guard_expired`: 1 to 720. */
  guardExpiryHours: number
}

/** The schedule as the API returns it. */
export interface Schedule extends ScheduleSettings {
  /** IANA name of the zone that the cron expressions are in. */
  timeZone: string
  /** ISO 8601, UTC; null: no such run is scheduled. */
  nextFullAt: string | null
  nextIncrementalAt: string | null
}
