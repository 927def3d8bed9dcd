-- Up Migration

-- Counts changes of account or credentials. A token is stored only for the version that it was
-- issued under, so that a run which began before a change cannot leave its token to the new account.
ALTER TABLE app.connections ADD COLUMN credentials_version integer NOT NULL DEFAULT 1;
