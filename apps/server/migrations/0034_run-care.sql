-- Up Migration

-- The last heartbeat of a run: it was queued or claimed, or its worker checked for requests to pause or cancel.
ALTER TABLE app.runs ADD COLUMN alive_at timestamptz NOT NULL DEFAULT now();
-- Whether retention has trimmed the log of an ended run to the events that viewers may still receive.
ALTER TABLE app.runs ADD COLUMN is_trimmed boolean NOT NULL DEFAULT false;
CREATE INDEX runs_to_trim ON app.runs (tenant_id, ended_at) WHERE NOT is_trimmed;

-- Stale runs of all tenants: running without a heartbeat, queued without a claim, or paused for the next day's
-- budget when that day has begun. Reads the tenants one by one, each under its own row-level security, with one
-- lookup in the index of active runs per tenant.
CREATE FUNCTION app.untended_runs(silent_since timestamptz, queued_since timestamptz, moment timestamptz)
  RETURNS TABLE (tenant_id text, run_id text, need text)
  LANGUAGE plpgsql AS $$
DECLARE
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
    RETURN QUERY
      SELECT r.tenant_id, r.run_id, CASE r.status WHEN 'paused' THEN 'resume' ELSE 'end' END
        FROM app.runs r
       WHERE r.tenant_id = tenant AND r.status IN ('queued', 'running', 'paused')
         AND CASE r.status
               WHEN 'running' THEN r.alive_at < silent_since
               WHEN 'queued' THEN r.alive_at < queued_since
               ELSE r.waiting ->> 'reason' = 'daily_budget' AND (r.waiting ->> 'until')::timestamptz <= moment
             END;
  END LOOP;
  PERFORM set_config('app.tenant', tenant_before, true);
END $$;
