-- Up Migration

-- The one-time code of the first set-up, sealed with the secret key, so that every process prints the same one. At most
-- one row, of the installation: no tenant exists yet. It is deleted by the set-up. Seen by maintenance transactions only.
CREATE TABLE app.setup_code (
  only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  code_sealed bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE app.setup_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.setup_code FORCE ROW LEVEL SECURITY;
CREATE POLICY at_maintenance ON app.setup_code
  USING ((SELECT app.is_maintenance())) WITH CHECK ((SELECT app.is_maintenance()));
