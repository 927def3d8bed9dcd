-- Up Migration

-- What every process would do at an interval and one of them does: whoever moves `next_at` on has the task
-- until then. Times are the database's, so that no node's clock decides.
CREATE TABLE app.periodic_tasks (
  task    text PRIMARY KEY,
  next_at timestamptz NOT NULL
);
INSERT INTO app.periodic_tasks VALUES ('recovery', '-infinity'), ('retention', '-infinity');

-- Since when at least one worker process has been alive without a break. Silence counts against a run only
-- within that time: a machine that slept, workers that were all away and a backup that was restored all
-- show as a break, after which the job queue first gets its time to hand the runs out again.
CREATE TABLE app.worker_presence (
  is_only       boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  present_since timestamptz NOT NULL,
  seen_at       timestamptz NOT NULL
);
INSERT INTO app.worker_presence (present_since, seen_at) VALUES ('-infinity', '-infinity');

-- Both tables have no tenant and hold nothing of one, only times and the names of tasks, so app.protect has
-- no column to bind them to. Only a maintenance transaction sees them.
ALTER TABLE app.periodic_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.periodic_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY at_maintenance ON app.periodic_tasks USING ((SELECT app.is_maintenance()));
ALTER TABLE app.worker_presence ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.worker_presence FORCE ROW LEVEL SECURITY;
CREATE POLICY at_maintenance ON app.worker_presence USING ((SELECT app.is_maintenance()));

-- How often recovery has given the run a new job that no worker took, and the epoch at the last of them: a
-- claim in between makes the epoch another one, and the count begins anew.
ALTER TABLE app.runs ADD COLUMN requeues integer NOT NULL DEFAULT 0;
ALTER TABLE app.runs ADD COLUMN requeued_at_epoch integer;

-- Active runs of all tenants that nobody tends at `moment`, by one scan of the index of active runs.
-- `silent_for`: how long nobody has tended a queued or running one although a worker was there; NULL: the run
-- waits for a day's requests, and that day has come.
--
-- The policy opens rows of every tenant, and row-level security cannot open single columns. What keeps
-- contents shut is that only this function sets `app.finding_runs`, that it sets it back before it returns
-- (an error rolls it back with the transaction), and that it returns ids, times and nothing else: no other
-- statement of the application can see a row by this policy. Ended runs are not opened at all. The function
-- asks for a maintenance transaction too: without one app.worker_presence is empty, and so is the answer.
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

-- Tenants that have something to delete. Looks at the oldest row of each kind by index, for one tenant after
-- the other, each under its own row-level security and all in the one statement: no policy opens the change
-- log of more than one tenant. A tenant is named once its oldest row is a day older than it need be, so
-- that it has one turn a day and not one an hour; that turn then deletes everything that is old enough.
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

-- Ids that no product can have: the ERP's are whole numbers from 1, and JSON holds them exactly up to 2^53 - 1.
-- One of them among others spoils the request for all, so they are dropped as they come, and counted.
ALTER TABLE app.webhooks ADD COLUMN ignored_ids bigint NOT NULL DEFAULT 0;
ALTER TABLE app.pending_products NO FORCE ROW LEVEL SECURITY;
DELETE FROM app.pending_products WHERE cianbox_id NOT BETWEEN 1 AND 9007199254740991;
ALTER TABLE app.pending_products FORCE ROW LEVEL SECURITY;
ALTER TABLE app.pending_products ADD CONSTRAINT is_product_id CHECK (cianbox_id BETWEEN 1 AND 9007199254740991);
