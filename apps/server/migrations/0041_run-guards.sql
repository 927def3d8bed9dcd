-- Up Migration

-- The guards of a run: a person decides whether it may retire these ids. One row per kind and subject of a
-- run. At most one row of a run is undecided.
CREATE TABLE app.run_guards (
  tenant_id   text NOT NULL,
  run_id      text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('retire', 'values', 'schema')),
  -- 'products', or the kind of a reference list: 'brands'.
  subject     text NOT NULL CHECK (subject ~ '^[a-z_]{1,40}$'),
  -- Ascending. An array, because a guard may have tens of thousands of ids and is written and read whole.
  ids         bigint[] NOT NULL,
  -- How many rows the mirror lists, and how many other runs have retired recently.
  of_total    integer NOT NULL CHECK (of_total >= 0),
  earlier     integer NOT NULL DEFAULT 0 CHECK (earlier >= 0),
  share_limit double precision NOT NULL CHECK (share_limit BETWEEN 0 AND 1),
  -- Increases when the ids change: a decision on an older revision is refused.
  revision    integer NOT NULL DEFAULT 1,
  opened_at   timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  decision    text CHECK (decision IN ('confirmed', 'refused', 'expired')),
  decided_by  text,
  decided_at  timestamptz,
  PRIMARY KEY (tenant_id, run_id, kind, subject),
  FOREIGN KEY (tenant_id, run_id) REFERENCES app.runs ON DELETE CASCADE,
  CHECK ((decision IS NULL) = (decided_at IS NULL))
);
SELECT app.protect('app.run_guards');

-- Replaced by the decision of a guard.
ALTER TABLE app.runs DROP COLUMN sweep_confirmed;

-- How long a run waits for a person's decision before it ends.
ALTER TABLE app.schedules
  ADD COLUMN guard_expiry_hours integer NOT NULL DEFAULT 24 CHECK (guard_expiry_hours BETWEEN 1 AND 720);

ALTER TABLE app.due_work DROP CONSTRAINT due_work_kind_check;
ALTER TABLE app.due_work ADD CONSTRAINT due_work_kind_check
  CHECK (kind IN ('full', 'incremental', 'notified', 'guard'));
