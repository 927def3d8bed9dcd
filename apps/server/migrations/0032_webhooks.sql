-- Up Migration

-- The webhook of a tenant, which receives the ERP's notifications. Its URL contains the secret: the hash finds
-- the tenant, and the encrypted copy is for showing and registering the URL again.
CREATE TABLE app.webhooks (
  tenant_id        text PRIMARY KEY REFERENCES app.tenants,
  secret_hash      bytea NOT NULL UNIQUE,
  secret_sealed    bytea NOT NULL,
  -- The account that it is registered at. Ids of another account are meaningless here.
  cuenta           text NOT NULL,
  -- NULL, and no events, until the ERP has accepted the registration.
  registered_url   text,
  events           text[] NOT NULL DEFAULT '{}',
  last_received_at timestamptz,
  -- When the ERP last notified a change in the reference lists, which only a full run reads.
  lists_changed_at timestamptz
);
SELECT app.protect('app.webhooks');
-- A notification has no session: its first transaction sees the row of its secret only.
CREATE POLICY at_delivery ON app.webhooks FOR SELECT
  USING (secret_hash = decode(nullif(current_setting('app.webhook_hash', true), ''), 'hex'));

-- Products that the ERP notified as changed, and that are not assigned to a run yet.
CREATE TABLE app.pending_products (
  tenant_id         text NOT NULL REFERENCES app.tenants,
  cianbox_id        bigint NOT NULL,
  first_received_at timestamptz NOT NULL,
  last_received_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, cianbox_id)
);
SELECT app.protect('app.pending_products');

-- Of a run by ids that notifications caused. 'carried': its ids are assigned to the active run. 'mirrored': it
-- completed. 'returned': it did not complete, and its ids were requeued in app.pending_products.
ALTER TABLE app.runs ADD COLUMN notified_ids text CHECK (notified_ids IN ('carried', 'mirrored', 'returned'));
CREATE INDEX runs_carrying ON app.runs (tenant_id) WHERE notified_ids = 'carried';
CREATE INDEX runs_of_notifications ON app.runs (tenant_id, created_at DESC) WHERE notified_ids IS NOT NULL;
