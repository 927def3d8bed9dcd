-- The changed products, in order, for a client that keeps a copy. $1: the last change_id that the client has read,
-- 0 at first. The first sync is not in the log: read catalog.products once, then this query.
SELECT change.change_id, change.kind, change.cianbox_id, product.name,
       coalesce(product.offer_local_final, product.price) AS charge, product.stock
  FROM catalog.product_changes change
  LEFT JOIN catalog.products product USING (tenant_id, cianbox_id)
 WHERE change.change_id > $1
 ORDER BY change.change_id
 LIMIT 500
