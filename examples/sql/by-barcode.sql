-- A scan at the till. $1: the barcode.
SELECT cianbox_id, sku, name, price, tax_rate, stock
  FROM catalog.products
 WHERE barcode = $1 AND is_active AND retired_at IS NULL
