-- Up Migration

-- The new events of many runs, each after its own position: one round trip for all runs that a process
-- watches, of any tenants. Row-level security applies: the function sets the tenant of each run in turn, and
-- restores the caller's at the end. A run that its tenant does not have returns no row; one without new
-- events returns one row without an event.
CREATE FUNCTION app.run_tails(tenants text[], runs text[], after_seqs bigint[])
  RETURNS TABLE (nth integer, head bigint, status text, seq bigint, event text, data json)
  LANGUAGE plpgsql AS $$
DECLARE
  tenant_before text := coalesce(current_setting('app.tenant', true), '');
BEGIN
  FOR i IN 1 .. cardinality(runs) LOOP
    PERFORM set_config('app.tenant', tenants[i], true);
    RETURN QUERY
      SELECT i, r.seq, r.status, e.seq, e.event, e.data
        FROM app.runs r
        -- The log has no gaps, so that its first and its last two events are found by number.
        LEFT JOIN app.run_events e
          ON e.tenant_id = r.tenant_id AND e.run_id = r.run_id
         AND e.seq = ANY (ARRAY[1, r.seq - 1, r.seq]) AND e.seq > after_seqs[i]
       WHERE r.tenant_id = tenants[i] AND r.run_id = runs[i]
       ORDER BY e.seq;
  END LOOP;
  PERFORM set_config('app.tenant', tenant_before, true);
END $$;
