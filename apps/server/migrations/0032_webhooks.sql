-- Up Migration

-- Where the ERP tells a tenant's mirror what changed. The address holds the secret: its hash finds
-- the tenant, and the sealed copy lets the address be shown and registered again.
CREATE TABLE app.webhooks (
  tenant_id        text PRIMARY KEY REFERENCES app.tenants,
  secret_hash      bytea NOT NULL UNIQUE,
  secret_sealed    bytea NOT NULL,
  -- The account that it is registered at; another account's ids say nothing.
  cuenta           text NOT NULL,
  -- Both NULL and empty until the ERP has taken the registration.
  registered_url   text,
  events           text[] NOT NULL DEFAULT '{}',
  last_received_at timestamptz,
  -- When the ERP last told of a change in the reference lists: only a full run reads those.
  lists_changed_at timestamptz
);
SELECT app.protect('app.webhooks');
-- A delivery has no session: for its first transaction the row of the secret that it came with, and
-- no other, can be read.
CREATE POLICY at_delivery ON app.webhooks FOR SELECT
  USING (secret_hash = decode(nullif(current_setting('app.webhook_hash', true), ''), 'hex'));

-- Products that the ERP said have changed, and that no run has been started for yet.
CREATE TABLE app.pending_products (
  tenant_id         text NOT NULL REFERENCES app.tenants,
  cianbox_id        bigint NOT NULL,
  first_received_at timestamptz NOT NULL,
  last_received_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, cianbox_id)
);
SELECT app.protect('app.pending_products');

-- Of a run by ids that notifications caused: whether its ids are still under way, were mirrored, or
-- came back to app.pending_products because the run did not complete.
ALTER TABLE app.runs ADD COLUMN notified_ids text CHECK (notified_ids IN ('carried', 'mirrored', 'returned'));
CREATE INDEX runs_carrying ON app.runs (tenant_id) WHERE notified_ids = 'carried';
CREATE INDEX runs_of_notifications ON app.runs (tenant_id, created_at DESC) WHERE notified_ids IS NOT NULL;
