-- Up Migration

-- The offer on the default list, beside `price`, which stays that list's own. `numeric` with a check and not
-- catalog.amount: a column of a domain with a check makes PostgreSQL rewrite the whole table.
ALTER TABLE catalog.products
  ADD COLUMN on_offer boolean NOT NULL DEFAULT false,
  ADD COLUMN offer_net numeric,
  ADD COLUMN offer_final numeric,
  ADD COLUMN offer_local_net numeric,
  ADD COLUMN offer_local_final numeric,
  ADD CONSTRAINT offer_amounts_are_finite CHECK (
    coalesce(offer_net, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(offer_final, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(offer_local_net, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(offer_local_final, 0) NOT IN ('NaN', 'Infinity', '-Infinity'));

-- `net` and `final` were the local amounts under the name of the list's currency. They are now in that currency
-- (`currency_id`), and the local amounts have names of their own.
CREATE OR REPLACE VIEW catalog.product_prices WITH (security_invoker = true) AS
SELECT p.tenant_id, p.cianbox_id,
       catalog.to_id(e.item ->> 'id_lista_precio')     AS list_id,
       catalog.to_id(e.item ->> 'id_moneda')           AS currency_id,
       catalog.to_amount(e.item ->> 'neto')            AS net,
       catalog.to_amount(e.item ->> 'final')           AS final,
       catalog.to_amount(e.item ->> 'neto_calculado')  AS local_net,
       catalog.to_amount(e.item ->> 'final_calculado') AS local_final
FROM catalog.products p
CROSS JOIN LATERAL jsonb_array_elements(
  CASE jsonb_typeof(p.raw -> 'precios') WHEN 'array' THEN p.raw -> 'precios' ELSE '[]' END) AS e(item)
WHERE catalog.to_id(e.item ->> 'id_lista_precio') IS NOT NULL;

-- The existing changes have the local amounts under the names of the list's amounts.
CREATE FUNCTION pg_temp.with_local_names(fields jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(
    CASE WHEN f.item ->> 'field' ~ '^prices\.[0-9]+\.(net|final)$'
      THEN jsonb_set(f.item, '{field}', to_jsonb(
        replace(replace(f.item ->> 'field', '.net', '.localNet'), '.final', '.localFinal')))
      ELSE f.item END ORDER BY f.place), '[]')
  FROM jsonb_array_elements(fields) WITH ORDINALITY AS f (item, place)
$$;
-- Row-level security applies to the owner too, so it is lifted within this transaction.
ALTER TABLE catalog.product_changes NO FORCE ROW LEVEL SECURITY;
ALTER TABLE app.dry_run_changes NO FORCE ROW LEVEL SECURITY;
UPDATE catalog.product_changes SET fields = pg_temp.with_local_names(fields) WHERE fields::text LIKE '%"prices.%';
UPDATE app.dry_run_changes SET fields = pg_temp.with_local_names(fields) WHERE fields::text LIKE '%"prices.%';
ALTER TABLE catalog.product_changes FORCE ROW LEVEL SECURITY;
ALTER TABLE app.dry_run_changes FORCE ROW LEVEL SECURITY;
