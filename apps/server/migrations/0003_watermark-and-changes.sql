-- Up Migration

-- Newest `updated` that the pages of a run have shown; becomes the watermark when the run completes.
ALTER TABLE app.runs ADD COLUMN newest_seen timestamptz;

-- State of a tenant's mirror as a whole. No row: no full run has completed yet.
CREATE TABLE app.mirrors (
  tenant_id text PRIMARY KEY REFERENCES app.tenants,
  -- The account of the watermark. It is not comparable with another account's times.
  cuenta    text NOT NULL,
  -- Newest `updated` already mirrored. An incremental run reads back to a little before it.
  watermark timestamptz,
  full_at   timestamptz NOT NULL
);
SELECT app.protect('app.mirrors');

-- What changed, when, by which run. Without the first load, which created_at of each product shows.
CREATE TABLE catalog.product_changes (
  tenant_id  text NOT NULL,
  change_id  bigint GENERATED ALWAYS AS IDENTITY,
  run_id     text NOT NULL,
  cianbox_id bigint NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('created', 'updated', 'retired', 'restored')),
  -- [{field, old, new}], for updated and restored.
  fields     jsonb NOT NULL DEFAULT '[]',
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, change_id)
);
SELECT app.protect('catalog.product_changes');
CREATE INDEX product_changes_of_run ON catalog.product_changes (tenant_id, run_id, change_id);
CREATE INDEX product_changes_of_product ON catalog.product_changes (tenant_id, cianbox_id, change_id DESC);

-- The report of a dry run: the first thousand changes that it would write, as in product_changes.
CREATE TABLE app.dry_run_changes (
  tenant_id  text NOT NULL,
  change_id  bigint GENERATED ALWAYS AS IDENTITY,
  run_id     text NOT NULL,
  cianbox_id bigint NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('created', 'updated', 'retired', 'restored')),
  fields     jsonb NOT NULL DEFAULT '[]',
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, run_id, change_id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES app.runs ON DELETE CASCADE
);
SELECT app.protect('app.dry_run_changes');
