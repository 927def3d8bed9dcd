-- A scan at the till. $1: the barcode. `charge` is what to ask for: the offer where there is one, else the price. It is
-- right whether or not the ERP's default list already carries the offer.
SELECT cianbox_id, sku, name, coalesce(offer_local_final, price) AS charge, price, on_offer, tax_rate, stock
  FROM catalog.products
 WHERE barcode = $1 AND is_active AND retired_at IS NULL
