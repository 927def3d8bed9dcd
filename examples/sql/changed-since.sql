-- What a till that keeps a copy must read again, in the order it changed. $1: the last change_id that it has
-- seen, 0 at first. A first load is not in the log: read catalog.products once, then follow this.
SELECT change.change_id, change.kind, change.cianbox_id, product.name,
       coalesce(product.offer_local_final, product.price) AS charge, product.stock
  FROM catalog.product_changes change
  LEFT JOIN catalog.products product USING (tenant_id, cianbox_id)
 WHERE change.change_id > $1
 ORDER BY change.change_id
 LIMIT 500
