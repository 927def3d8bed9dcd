-- Up Migration

-- What is to be done for a tenant, and when: its scheduled runs, and the ids that notifications
-- brought. Any process takes what is due, with the row locked, so that it is done once.
CREATE TABLE app.due_work (
  tenant_id text NOT NULL REFERENCES app.tenants,
  kind      text NOT NULL CHECK (kind IN ('full', 'incremental', 'notified')),
  due_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, kind)
);
SELECT app.protect('app.due_work');
CREATE INDEX due_work_next ON app.due_work (due_at);

-- Housekeeping has to learn which tenants need it before it can set one. For the transaction that
-- sets `app.maintenance` to 'on', and only in these two tables, which hold ids, names and times, the
-- rows of every tenant can be seen (and those of due_work taken). What is then done for a tenant is
-- done with that tenant set, under the same policies as everything else.
CREATE FUNCTION app.is_maintenance() RETURNS boolean
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(current_setting('app.maintenance', true), '') = 'on';
CREATE POLICY at_maintenance ON app.tenants FOR SELECT USING ((SELECT app.is_maintenance()));
CREATE POLICY at_maintenance ON app.due_work USING ((SELECT app.is_maintenance()));
