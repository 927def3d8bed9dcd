-- Up Migration

-- The timers of a tenant: its scheduled runs, and the processing of notified products. Any process handles a
-- due timer with the row locked, so that it is handled once.
CREATE TABLE app.due_work (
  tenant_id text NOT NULL REFERENCES app.tenants,
  kind      text NOT NULL CHECK (kind IN ('full', 'incremental', 'notified')),
  due_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind)
);
SELECT app.protect('app.due_work');
CREATE INDEX due_work_next ON app.due_work (due_at);

-- Maintenance finds the tenants that need it before it can set one. A transaction that sets `app.maintenance`
-- to 'on' sees the rows of every tenant in these two tables only, which hold ids, names and times (and may
-- change those of due_work). The work for a tenant is then done with that tenant set, under the usual policies.
CREATE FUNCTION app.is_maintenance() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('app.maintenance', true), '') = 'on';
CREATE POLICY at_maintenance ON app.tenants FOR SELECT USING ((SELECT app.is_maintenance()));
CREATE POLICY at_maintenance ON app.due_work USING ((SELECT app.is_maintenance()));
