-- Up Migration

-- Most requests to the tenant's ERP in a day; NULL: no limit.
ALTER TABLE app.connections ADD COLUMN daily_request_budget integer CHECK (daily_request_budget > 0);

-- When the tenant's next request may be sent, and how many were sent today: one row for all processes. The
-- fillfactor leaves free space on the pages for updates in place (HOT).
CREATE TABLE app.request_turns (
  tenant_id text PRIMARY KEY REFERENCES app.tenants,
  next_at   timestamptz NOT NULL,
  day       date NOT NULL,
  used      integer NOT NULL
) WITH (fillfactor = 50);
SELECT app.protect('app.request_turns');

-- The day of a budget, in Argentina's time.
CREATE FUNCTION app.day_of(moment timestamptz) RETURNS date
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN (moment AT TIME ZONE 'America/Argentina/Buenos_Aires')::date;

CREATE FUNCTION app.requests_today(tenant text) RETURNS integer
  LANGUAGE sql STABLE
  RETURN coalesce(
    (SELECT t.used FROM app.request_turns t WHERE t.tenant_id = tenant AND t.day = app.day_of(now())), 0);

-- Reserves the time slot of the tenant's next request, by the database's clock: `spacing` after the last
-- reserved slot of any process. Reads rate and budget here, so that a change applies from the next request on.
-- One round trip, in its own transaction. synchronous_commit is off because waiting for the disk would take
-- most of the time; a crash of PostgreSQL may lose the slots of the last fraction of a second.
CREATE FUNCTION app.take_turn(tenant text)
  RETURNS TABLE (turn_at timestamptz, wait_ms double precision, spent_until timestamptz)
  LANGUAGE plpgsql AS $$
DECLARE
  tenant_before text := coalesce(current_setting('app.tenant', true), '');
  today date := app.day_of(clock_timestamp());
  spacing interval := interval '500 ms';
  budget integer;
BEGIN
  PERFORM set_config('app.tenant', tenant, true);
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT make_interval(secs => 1 / c.requests_per_second), c.daily_request_budget INTO spacing, budget
    FROM app.connections c WHERE c.tenant_id = tenant;
  -- Who tries out a connection that is not saved yet has the usual pace.
  spacing := coalesce(spacing, interval '500 ms');
  INSERT INTO app.request_turns AS t (tenant_id, next_at, day, used)
  VALUES (tenant, clock_timestamp() + spacing, today, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET
    -- Never further ahead than a queue can be: a clock that was set back must not stop everything.
    next_at = greatest(clock_timestamp(), least(t.next_at, clock_timestamp() + 60 * spacing)) + spacing,
    day = greatest(t.day, excluded.day),
    used = CASE WHEN t.day >= excluded.day THEN t.used + 1 ELSE 1 END
  WHERE budget IS NULL OR t.day < excluded.day OR t.used < budget
  RETURNING t.next_at - spacing INTO turn_at;
  PERFORM set_config('app.tenant', tenant_before, true);
  wait_ms := greatest(0, extract(epoch FROM turn_at - clock_timestamp()) * 1000);
  IF turn_at IS NULL THEN
    spent_until := (today + 1)::timestamp AT TIME ZONE 'America/Argentina/Buenos_Aires';
  END IF;
  RETURN NEXT;
END $$;
