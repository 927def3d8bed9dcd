-- Up Migration

-- What a pass over the catalogue found at its start: rows per page, last page, newest `updated`. The page numbers
-- of the run's checkpoint are valid for this pass only.
ALTER TABLE app.runs ADD COLUMN pass jsonb;

-- What a page showed beside ids: rows without a readable id, and positions that the source leaves empty by its own
-- rules (negative: rows beyond the page's size). With the ids they prove that a pass saw every position of the list.
ALTER TABLE app.run_pages ADD COLUMN unnamed integer NOT NULL DEFAULT 0;
ALTER TABLE app.run_pages ADD COLUMN left_out integer NOT NULL DEFAULT 0;

-- Retirements of the last day count towards the guard, so that many small ones add up.
CREATE INDEX products_retired ON catalog.products (tenant_id, retired_at) WHERE retired_at IS NOT NULL;
