-- A product's price in every list: `net` and `final` in the list's currency, and the local amounts. $1: the product's
-- id. List 0 is the default one; Cianbox has no name for it.
SELECT CASE price.list_id WHEN 0 THEN 'default' ELSE list.name END AS list, currency.name AS currency,
       price.net, price.final, price.local_net, price.local_final
  FROM catalog.product_prices price
  LEFT JOIN catalog.reference_items list
    ON list.tenant_id = price.tenant_id AND list.kind = 'price_lists' AND list.cianbox_id = price.list_id
  LEFT JOIN catalog.reference_items currency
    ON currency.tenant_id = price.tenant_id AND currency.kind = 'exchange_rates'
   AND currency.cianbox_id = price.currency_id
 WHERE price.cianbox_id = $1
 ORDER BY price.list_id
