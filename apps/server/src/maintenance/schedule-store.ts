import type { ScheduleSettings } from '@espejo/contract'
import type { Tx } from '../db/pool.js'

export type ScheduledKind = 'full' | 'incremental'

const NO_SCHEDULE: ScheduleSettings = {
  full: null,
  incremental: null,
  sweepGuardPercent: 15,
  guardExpiryHours: 24,
}

export async function readSchedule(tx: Tx, tenantId: string): Promise<ScheduleSettings> {
  const { rows } = await tx.query<ScheduleSettings>(
    `SELECT full_cron AS full, incremental_cron AS incremental, sweep_guard_percent AS "sweepGuardPercent",
            guard_expiry_hours AS "guardExpiryHours"
       FROM app.schedules WHERE tenant_id = $1`,
    [tenantId],
  )
  return rows[0] ?? NO_SCHEDULE
}

export async function writeSchedule(tx: Tx, tenantId: string, settings: ScheduleSettings): Promise<void> {
  await tx.query(
    `INSERT INTO app.schedules (tenant_id, full_cron, incremental_cron, sweep_guard_percent, guard_expiry_hours)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id) DO UPDATE SET full_cron = excluded.full_cron,
       incremental_cron = excluded.incremental_cron, sweep_guard_percent = excluded.sweep_guard_percent,
       guard_expiry_hours = excluded.guard_expiry_hours`,
    [tenantId, settings.full, settings.incremental, settings.sweepGuardPercent, settings.guardExpiryHours],
  )
}

/** The share of the mirror, 0.01 to 1, that a sweep may retire without a person's decision. */
export async function sweepGuardShare(tx: Tx, tenantId: string): Promise<number> {
  return (await readSchedule(tx, tenantId)).sweepGuardPercent / 100
}
