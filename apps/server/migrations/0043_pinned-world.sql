-- Up Migration

-- The settings that a run is pinned to: written at its first claim, as page_size is, and compared with the
-- present connection at every later claim and once a second. NULL before the first claim.
ALTER TABLE app.runs
  ADD COLUMN cuenta              text,
  ADD COLUMN dialect             text CHECK (dialect IN ('v2', 'simple')),
  ADD COLUMN credentials_version integer,
  ADD COLUMN mapping_version     integer;

-- Until when the ERP wants no requests (Retry-After), and of which account. Stored, so that it also applies to
-- other processes and later runs. It does not apply to another account.
ALTER TABLE app.request_turns
  ADD COLUMN blocked_until  timestamptz,
  ADD COLUMN blocked_cuenta text;

-- Stores the ERP's pause of `pause_ms`, by the database's clock; at most five minutes, as in the client
-- (maxRetryAfterMs). Only for the account of the stored connection: a test of another account does not delay the
-- tenant's runs. A shorter pause does not shorten a longer one.
CREATE FUNCTION app.block_turns(tenant text, account text, pause_ms double precision) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE
  tenant_before text := coalesce(current_setting('app.tenant', true), '');
BEGIN
  PERFORM set_config('app.tenant', tenant, true);
  INSERT INTO app.request_turns AS t (tenant_id, next_at, day, used, blocked_until, blocked_cuenta)
  SELECT tenant, clock_timestamp(), app.day_of(clock_timestamp()), 0,
         clock_timestamp() + make_interval(secs => least(greatest(pause_ms, 0), 300000) / 1000), account
    FROM app.connections c WHERE c.tenant_id = tenant AND c.cuenta = account
  ON CONFLICT (tenant_id) DO UPDATE SET
    blocked_until = CASE WHEN t.blocked_cuenta = account AND t.blocked_until > excluded.blocked_until
                          AND t.blocked_until <= clock_timestamp() + interval '5 minutes'
                         THEN t.blocked_until ELSE excluded.blocked_until END,
    blocked_cuenta = account;
  PERFORM set_config('app.tenant', tenant_before, true);
END $$;

-- As before, and: during the ERP's pause no slot is reserved and no budget is used; `blocked_ms` is the time to
-- wait before the next call. Without `account` (a process of an earlier version) pauses are ignored.
DROP FUNCTION app.take_turn(text);
CREATE FUNCTION app.take_turn(tenant text, account text DEFAULT NULL)
  RETURNS TABLE (turn_at timestamptz, wait_ms double precision, spent_until timestamptz, blocked_ms double precision)
  LANGUAGE plpgsql AS $$
DECLARE
  tenant_before text := coalesce(current_setting('app.tenant', true), '');
  today date := app.day_of(clock_timestamp());
  spacing interval := interval '500 ms';
  budget integer;
BEGIN
  PERFORM set_config('app.tenant', tenant, true);
  PERFORM set_config('synchronous_commit', 'off', true);
  -- A pause that ends later than any can was written by a clock that has been set back since.
  SELECT extract(epoch FROM t.blocked_until - clock_timestamp()) * 1000 INTO blocked_ms
    FROM app.request_turns t
   WHERE t.tenant_id = tenant AND t.blocked_cuenta = account
     AND t.blocked_until > clock_timestamp() AND t.blocked_until <= clock_timestamp() + interval '5 minutes';
  IF blocked_ms IS NULL THEN
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
    wait_ms := greatest(0, extract(epoch FROM turn_at - clock_timestamp()) * 1000);
    IF turn_at IS NULL THEN
      spent_until := (today + 1)::timestamp AT TIME ZONE 'America/Argentina/Buenos_Aires';
    END IF;
  END IF;
  PERFORM set_config('app.tenant', tenant_before, true);
  RETURN NEXT;
END $$;
