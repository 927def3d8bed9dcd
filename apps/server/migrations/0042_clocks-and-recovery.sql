-- Up Migration

-- Periodic tasks that one process of the cluster runs at each interval: the process that advances `next_at`
-- runs the task. Times are by the database's clock, so the nodes' clocks do not matter.
CREATE TABLE app.periodic_tasks (
  task    text PRIMARY KEY,
  next_at timestamptz NOT NULL
);
INSERT INTO app.periodic_tasks VALUES ('recovery', '-infinity'), ('retention', '-infinity');

-- Since when at least one worker process has been present without a break. Only missing heartbeats within that
-- time make a run stale. Suspended machines, restored backups and times without any worker appear as a break,
-- after which the job queue first has time to hand out the runs again.
CREATE TABLE app.worker_presence (
  is_only       boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  present_since timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL
);
INSERT INTO app.worker_presence (present_since, seen_at) VALUES ('-infinity', '-infinity');

-- Both tables have no data of tenants, only times and names of tasks, so app.protect does not apply to them.
-- Only a maintenance transaction sees them.
ALTER TABLE app.periodic_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.periodic_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY at_maintenance ON app.periodic_tasks USING ((SELECT app.is_maintenance()));
ALTER TABLE app.worker_presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.worker_presence FORCE ROW LEVEL SECURITY;
CREATE POLICY at_maintenance ON app.worker_presence USING ((SELECT app.is_maintenance()));

-- How often recovery has created a new job for the run that no worker claimed, and the epoch at the last of
-- them. A claim changes the epoch, and the count starts anew.
ALTER TABLE app.runs ADD COLUMN requeues integer NOT NULL DEFAULT 0;
ALTER TABLE app.runs ADD COLUMN requeued_at_epoch integer;

-- Stale runs of all tenants at `moment`, by one scan of the index of active runs. `silent_for`: how long a queued
-- or running one has had no heartbeat while a worker was present; NULL: the run waits for the next day's budget,
-- and that day has begun.
--
-- The policy shows whole rows of every tenant, because row-level security cannot restrict columns. The contents
-- stay hidden because only this function sets `app.finding_runs`, resets it before it returns (an error rolls it
-- back), and returns ids and times only: no other statement of the application sees rows by this policy. The
-- policy excludes ended runs. The function needs a maintenance transaction: in any other one
-- app.worker_presence is empty, and so is the result.
CREATE FUNCTION app.is_finding_runs() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('app.finding_runs', true), '') = 'on';
CREATE POLICY at_finding ON app.runs FOR SELECT
  USING ((SELECT app.is_finding_runs()) AND status IN ('queued', 'running', 'paused'));

DROP FUNCTION app.untended_runs(timestamptz, timestamptz, timestamptz);
CREATE FUNCTION app.stale_runs(moment timestamptz, patience interval)
  RETURNS TABLE (tenant_id text, run_id text, alive_at timestamptz, silent_for interval)
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.finding_runs', 'on', true);
  RETURN QUERY
    SELECT r.tenant_id, r.run_id, r.alive_at,
           CASE WHEN r.status <> 'paused' THEN moment - greatest(r.alive_at, p.present_since) END
      FROM app.runs r
     CROSS JOIN app.worker_presence p
     WHERE r.status IN ('queued', 'running', 'paused')
       AND CASE r.status
             WHEN 'paused' THEN r.waiting ->> 'reason' = 'daily_budget'
                            AND (r.waiting ->> 'until')::timestamptz <= moment
             -- A worker is there now, and both it and the run have had their time.
             ELSE p.seen_at > now() - interval '30 seconds'
              AND greatest(r.alive_at, p.present_since) < moment - patience
           END;
  PERFORM set_config('app.finding_runs', '', true);
END $$;

-- Tenants that have expired rows. Reads the oldest row of each kind by index, tenant by tenant, each under its
-- own row-level security, in one statement: no policy shows the change log of several tenants. A tenant is
-- returned once its oldest row has been expired for a day, so that it is cleaned once a day instead of every
-- hour; all its expired rows are then deleted.
CREATE FUNCTION app.tenants_to_clean(changes_before timestamptz, runs_before timestamptz,
                                     logs_before timestamptz, leftovers_before timestamptz)
  RETURNS SETOF text
  LANGUAGE plpgsql AS $$
DECLARE
  slack constant interval := interval '1 day';
  tenant_before text := coalesce(current_setting('app.tenant', true), '');
  maintenance_before text := coalesce(current_setting('app.maintenance', true), '');
  tenants text[];
  tenant text;
BEGIN
  PERFORM set_config('app.maintenance', 'on', true);
  SELECT array_agg(t.tenant_id) INTO tenants FROM app.tenants t;
  PERFORM set_config('app.maintenance', maintenance_before, true);
  FOREACH tenant IN ARRAY coalesce(tenants, '{}') LOOP
    PERFORM set_config('app.tenant', tenant, true);
    IF (SELECT c.changed_at FROM catalog.product_changes c
         WHERE c.tenant_id = tenant ORDER BY c.change_id LIMIT 1) < changes_before - slack
       OR (SELECT r.created_at FROM app.runs r
            WHERE r.tenant_id = tenant ORDER BY r.created_at, r.run_id LIMIT 1) < runs_before - slack
       OR (SELECT r.ended_at FROM app.runs r
            WHERE r.tenant_id = tenant AND NOT r.is_trimmed AND r.ended_at IS NOT NULL
            ORDER BY r.ended_at LIMIT 1) < logs_before - slack
       -- Mostly there are pages of the active run alone; where there are others, its end shows them.
       OR (SELECT r.ended_at FROM app.runs r
            WHERE r.tenant_id = tenant AND r.run_id = (
              SELECT p.run_id FROM app.run_pages p WHERE p.tenant_id = tenant ORDER BY p.run_id LIMIT 1)
          ) < leftovers_before - slack
       OR (SELECT min(u.expires_at) FROM app.used_tickets u WHERE u.tenant_id = tenant) < leftovers_before - slack
    THEN
      RETURN NEXT tenant;
    END IF;
  END LOOP;
  PERFORM set_config('app.tenant', tenant_before, true);
END $$;

-- Counts notified ids that are invalid: product ids are integers from 1, exact in JSON up to 2^53 - 1. They are
-- dropped on arrival, because the ERP refuses a request with one of them as a whole.
ALTER TABLE app.webhooks ADD COLUMN ignored_ids bigint NOT NULL DEFAULT 0;
ALTER TABLE app.pending_products NO FORCE ROW LEVEL SECURITY;
DELETE FROM app.pending_products WHERE cianbox_id NOT BETWEEN 1 AND 9007199254740991;
ALTER TABLE app.pending_products FORCE ROW LEVEL SECURITY;
ALTER TABLE app.pending_products ADD CONSTRAINT is_product_id CHECK (cianbox_id BETWEEN 1 AND 9007199254740991);
