-- Up Migration

-- Standard names for app.take_turn and app.block_turns. The old names stay as wrappers: in a rolling restart,
-- processes of the previous version call them.
ALTER FUNCTION app.take_turn(text, text) RENAME TO reserve_request;
CREATE FUNCTION app.take_turn(tenant text, account text DEFAULT NULL)
  RETURNS TABLE (turn_at timestamptz, wait_ms double precision, spent_until timestamptz, blocked_ms double precision)
  LANGUAGE sql AS 'SELECT * FROM app.reserve_request(tenant, account)';

ALTER FUNCTION app.block_turns(text, text, double precision) RENAME TO block_requests;
CREATE FUNCTION app.block_turns(tenant text, account text, pause_ms double precision) RETURNS void
  LANGUAGE sql AS 'SELECT app.block_requests(tenant, account, pause_ms)';
