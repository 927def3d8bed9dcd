-- Up Migration

-- Every table's key starts with tenant_id, and row-level security is forced on each, so that a
-- forgotten WHERE does not show rows of another tenant. The app works as `espejo_app`
-- (no superuser, no BYPASSRLS, owner of nothing); the tenant is set for one transaction:
--   SELECT set_config('app.tenant', '<tenant>', true)
CREATE SCHEMA app;
CREATE SCHEMA catalog;
GRANT USAGE ON SCHEMA app, catalog TO espejo_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA app, catalog
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO espejo_app;

-- NULL when no tenant is set, which no row's tenant_id equals. After a transaction that set it,
-- the setting reads '' rather than NULL.
CREATE FUNCTION app.tenant() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('app.tenant', true), '');

CREATE FUNCTION app.protect(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY of_tenant ON %s USING (tenant_id = (SELECT app.tenant())) WITH CHECK (tenant_id = (SELECT app.tenant()))',
    target);
END $$;

CREATE TABLE app.tenants (
  tenant_id  text PRIMARY KEY CHECK (tenant_id ~ '^[a-z0-9-]{1,40}$'),
  name       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
SELECT app.protect('app.tenants');

CREATE TABLE app.users (
  tenant_id     text NOT NULL REFERENCES app.tenants,
  user_id       text NOT NULL,
  email         text NOT NULL CHECK (email = lower(email)),
  name          text NOT NULL,
  role          text NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, user_id),
  UNIQUE (email)
);
SELECT app.protect('app.users');
-- Signing in has no tenant yet: its transaction sets the typed email and sees the row of that email only.
CREATE POLICY at_sign_in ON app.users FOR SELECT
  USING (email = nullif(current_setting('app.sign_in_email', true), ''));

-- `*_sealed` is AES-256-GCM, bound to the tenant and the column.
CREATE TABLE app.connections (
  tenant_id           text PRIMARY KEY REFERENCES app.tenants,
  cuenta              text NOT NULL,
  app_name            text NOT NULL,
  app_code            text NOT NULL,
  erp_user            text NOT NULL,
  password_sealed     bytea NOT NULL,
  tokens_sealed       bytea,
  page_size           integer NOT NULL CHECK (page_size BETWEEN 10 AND 200),
  dialect             text NOT NULL CHECK (dialect IN ('v2', 'simple')),
  requests_per_second double precision NOT NULL CHECK (requests_per_second > 0),
  is_active           boolean NOT NULL,
  updated_at          timestamptz NOT NULL DEFAULT now()
);
SELECT app.protect('app.connections');

CREATE TABLE app.runs (
  tenant_id     text NOT NULL REFERENCES app.tenants,
  run_id        text NOT NULL CHECK (run_id ~ '^[a-z0-9]{1,40}$'),
  mode          text NOT NULL CHECK (mode IN ('full', 'incremental', 'ids')),
  dry_run       boolean NOT NULL DEFAULT false,
  requested_ids bigint[],
  status        text NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'complete', 'error', 'cancelled')),
  -- A person's request to pause or cancel a run that a worker holds; the worker acts on it within seconds.
  intent        text CHECK (intent IN ('cancel', 'pause')),
  phase         text CHECK (phase IN ('references', 'products', 'drift', 'sweep')),
  -- Fencing number of the worker that holds the run: a write with an older one finds no row.
  epoch         integer NOT NULL DEFAULT 0,
  -- Position of the newest event of this run's log. Gapless: it moves with the event's insert.
  seq           bigint NOT NULL DEFAULT 0,
  -- Claims since the last committed page. Limited, so that a run that crashes its workers ends.
  fruitless     integer NOT NULL DEFAULT 0,
  -- Fixed at the first claim: page numbers mean nothing under another size.
  page_size     integer,
  page          integer NOT NULL DEFAULT 0,
  total_pages   integer NOT NULL DEFAULT 0,
  created       integer NOT NULL DEFAULT 0,
  updated       integer NOT NULL DEFAULT 0,
  unchanged     integer NOT NULL DEFAULT 0,
  errors        integer NOT NULL DEFAULT 0,
  retired       integer NOT NULL DEFAULT 0,
  percent       integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  requests      integer NOT NULL DEFAULT 0,
  waiting       jsonb,
  -- A person has confirmed a suspiciously large sweep.
  sweep_confirmed boolean NOT NULL DEFAULT false,
  rate_per_second double precision,
  eta_seconds   integer,
  started_by    text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz,
  ended_at      timestamptz,
  error_code    text,
  error_message text,
  PRIMARY KEY (tenant_id, run_id)
);
SELECT app.protect('app.runs');
-- One active run a tenant, also while it is paused and holds no job.
CREATE UNIQUE INDEX runs_one_active ON app.runs (tenant_id) WHERE status IN ('queued', 'running', 'paused');
CREATE INDEX runs_newest ON app.runs (tenant_id, created_at DESC, run_id DESC);

CREATE TABLE app.run_events (
  tenant_id  text NOT NULL,
  run_id     text NOT NULL,
  seq        bigint NOT NULL,
  event      text NOT NULL CHECK (event IN ('start', 'progress', 'complete', 'error')),
  data       json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, run_id, seq),
  FOREIGN KEY (tenant_id, run_id) REFERENCES app.runs ON DELETE CASCADE
);
SELECT app.protect('app.run_events');

-- The ids that a committed page showed: proves what a pass saw, without writing product rows.
CREATE TABLE app.run_pages (
  tenant_id text NOT NULL,
  run_id    text NOT NULL,
  phase     text NOT NULL,
  page      integer NOT NULL,
  epoch     integer NOT NULL,
  ids       bigint[] NOT NULL,
  PRIMARY KEY (tenant_id, run_id, phase, page),
  FOREIGN KEY (tenant_id, run_id) REFERENCES app.runs ON DELETE CASCADE
);
SELECT app.protect('app.run_pages');

CREATE TABLE app.run_rejects (
  tenant_id  text NOT NULL,
  run_id     text NOT NULL,
  phase      text NOT NULL,
  page       integer NOT NULL,
  position   integer NOT NULL,
  cianbox_id text,
  field      text,
  reason     text NOT NULL,
  payload    json NOT NULL,
  PRIMARY KEY (tenant_id, run_id, phase, page, position),
  FOREIGN KEY (tenant_id, run_id) REFERENCES app.runs ON DELETE CASCADE
);
SELECT app.protect('app.run_rejects');

-- Stream tickets that were used. A ticket itself is a signed token, not a row.
CREATE TABLE app.used_tickets (
  tenant_id  text NOT NULL REFERENCES app.tenants,
  ticket_id  text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id)
);
SELECT app.protect('app.used_tickets');
