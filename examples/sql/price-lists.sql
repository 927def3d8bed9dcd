-- A product's price in every list, by the list's name. $1: the product's id. List 0 is the default one, which
-- Cianbox names nowhere.
SELECT CASE price.list_id WHEN 0 THEN 'default' ELSE list.name END AS list, price.net, price.final
  FROM catalog.product_prices price
  LEFT JOIN catalog.reference_items list
    ON list.tenant_id = price.tenant_id AND list.kind = 'price_lists' AND list.cianbox_id = price.list_id
 WHERE price.cianbox_id = $1
 ORDER BY price.list_id
