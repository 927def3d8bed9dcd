-- The branches that have stock of a product. $1: the product's id.
SELECT branch.name AS branch, stock.available
  FROM catalog.product_stock stock
  LEFT JOIN catalog.reference_items branch
    ON branch.tenant_id = stock.tenant_id AND branch.kind = 'branches' AND branch.cianbox_id = stock.branch_id
 WHERE stock.cianbox_id = $1 AND stock.available > 0
 ORDER BY stock.available DESC
