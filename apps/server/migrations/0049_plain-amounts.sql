-- Up Migration

-- Plain `numeric` with a check, as the offer's amounts: tools that generate code from a database (drizzle-kit) have
-- no type for a domain. From a domain to its base type PostgreSQL does not rewrite the table.
ALTER TABLE catalog.products
  ALTER COLUMN price TYPE numeric,
  ALTER COLUMN price_net TYPE numeric,
  ALTER COLUMN cost TYPE numeric,
  ALTER COLUMN tax_rate TYPE numeric,
  ALTER COLUMN stock TYPE numeric,
  ALTER COLUMN reserved TYPE numeric,
  ADD CONSTRAINT amounts_are_finite CHECK (
    coalesce(price, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(price_net, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(cost, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(tax_rate, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(stock, 0) NOT IN ('NaN', 'Infinity', '-Infinity')
    AND coalesce(reserved, 0) NOT IN ('NaN', 'Infinity', '-Infinity'));
DROP DOMAIN catalog.amount;
