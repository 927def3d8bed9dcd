-- Up Migration

-- The mirror: what others read. Money and quantities are exact `numeric`, which would also take
-- 'NaN' and 'Infinity', hence the checks.
CREATE DOMAIN catalog.amount AS numeric CHECK (VALUE NOT IN ('NaN', 'Infinity', '-Infinity'));

CREATE TABLE catalog.products (
  tenant_id         text NOT NULL,
  cianbox_id        bigint NOT NULL,
  sku               text,
  barcode           text,
  name              text NOT NULL,
  description       text,
  price             catalog.amount,
  price_net         catalog.amount,
  cost              catalog.amount,
  -- A percentage: 21, 10.5.
  tax_rate          catalog.amount,
  stock             catalog.amount,
  reserved          catalog.amount,
  category_id       bigint,
  category_name     text,
  brand_id          bigint,
  brand_name        text,
  is_active         boolean NOT NULL,
  parent_id         bigint,
  is_parent         boolean NOT NULL,
  size              text,
  color             text,
  image_urls        text[] NOT NULL,
  source_updated_at timestamptz,
  -- The whole upstream row, and the hash of it that tells a changed row from an unchanged one.
  raw               jsonb NOT NULL,
  content_hash      bytea NOT NULL,
  -- Lower case, no accents, name first: what searches match and lists are ordered by. At most
  -- 300 characters, so that it fits a b-tree entry.
  search_text       text NOT NULL COLLATE "C",
  created_at        timestamptz NOT NULL DEFAULT now(),
  changed_at        timestamptz NOT NULL DEFAULT now(),
  changed_by_run    text,
  -- Set when a whole pass proved that the source no longer lists it. Rows are never deleted.
  retired_at        timestamptz,
  PRIMARY KEY (tenant_id, cianbox_id)
);
SELECT app.protect('catalog.products');
-- Order and search in one: under row-level security LIKE cannot be an index condition (it is not
-- leakproof), but it can filter an index-only scan of this, which reads no row that does not match.
CREATE INDEX products_search ON catalog.products (tenant_id, search_text, cianbox_id);
CREATE INDEX products_sku ON catalog.products (tenant_id, sku) WHERE sku IS NOT NULL;
CREATE INDEX products_barcode ON catalog.products (tenant_id, barcode) WHERE barcode IS NOT NULL;

-- The reference lists, one table: each row is what the source sent, with the columns that others join on.
CREATE TABLE catalog.reference_items (
  tenant_id    text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('categories', 'brands', 'price_lists', 'seasons', 'branches', 'exchange_rates')),
  cianbox_id   bigint NOT NULL,
  name         text NOT NULL,
  is_active    boolean NOT NULL,
  parent_id    bigint,
  raw          jsonb NOT NULL,
  content_hash bytea NOT NULL,
  changed_at   timestamptz NOT NULL DEFAULT now(),
  retired_at   timestamptz,
  PRIMARY KEY (tenant_id, kind, cianbox_id)
);
SELECT app.protect('catalog.reference_items');

-- A number of the upstream JSON as numeric; NULL for what is not one.
CREATE FUNCTION catalog.to_amount(value text) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN value ~ '^-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?$' THEN value::numeric END;

CREATE FUNCTION catalog.to_id(value text) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN value ~ '^[0-9]{1,18}$' THEN value::bigint END;

-- Views run with the reader's own rights, so the tenant's policy holds through them.
CREATE VIEW catalog.product_prices WITH (security_invoker = true) AS
SELECT p.tenant_id, p.cianbox_id,
       catalog.to_id(e.item ->> 'id_lista_precio')   AS list_id,
       catalog.to_id(e.item ->> 'id_moneda')         AS currency_id,
       catalog.to_amount(e.item ->> 'neto_calculado')  AS net,
       catalog.to_amount(e.item ->> 'final_calculado') AS final
FROM catalog.products p
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(p.raw -> 'precios') WHEN 'array' THEN p.raw -> 'precios' ELSE '[]' END) AS e(item)
WHERE catalog.to_id(e.item ->> 'id_lista_precio') IS NOT NULL;

CREATE VIEW catalog.product_stock WITH (security_invoker = true) AS
SELECT p.tenant_id, p.cianbox_id,
       catalog.to_id(e.item ->> 'id_sucursal')   AS branch_id,
       catalog.to_amount(e.item ->> 'stock')      AS stock,
       catalog.to_amount(e.item ->> 'reservado')  AS reserved,
       catalog.to_amount(e.item ->> 'disponible') AS available
FROM catalog.products p
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(p.raw -> 'stock_sucursal') WHEN 'array' THEN p.raw -> 'stock_sucursal' ELSE '[]' END) AS e(item)
WHERE catalog.to_id(e.item ->> 'id_sucursal') IS NOT NULL;
