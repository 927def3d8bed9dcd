-- The product of a scanned barcode. $1: the barcode. `charge` is the amount to charge: the offer if there is one, else
-- the price. This is also correct if the ERP's default list already contains the offer.
SELECT cianbox_id, sku, name, coalesce(offer_local_final, price) AS charge, price, on_offer, tax_rate, stock
  FROM catalog.products
 WHERE barcode = $1 AND is_active AND retired_at IS NULL
