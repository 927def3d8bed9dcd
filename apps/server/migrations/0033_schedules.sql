-- Up Migration

-- Cron expressions, in the time of America/Argentina/Buenos_Aires; NULL: never. No row: the defaults.
CREATE TABLE app.schedules (
  tenant_id           text PRIMARY KEY REFERENCES app.tenants,
  full_cron           text,
  incremental_cron    text,
  -- Percentage of the mirror that a sweep may retire without a person's decision.
  sweep_guard_percent integer NOT NULL DEFAULT 15 CHECK (sweep_guard_percent BETWEEN 1 AND 100)
);
SELECT app.protect('app.schedules');
