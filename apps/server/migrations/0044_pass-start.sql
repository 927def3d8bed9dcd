-- Up Migration

-- What a pass over the catalogue found at its start: rows a page, last page, the newest `updated`. Page
-- numbers of the run's checkpoint mean nothing under another one.
ALTER TABLE app.runs ADD COLUMN pass jsonb;

-- What a page showed beside ids: rows without a readable one, and places that the source leaves empty
-- by a rule of its own (negative: rows beyond the page's size). With the ids they prove that a pass saw every place of the list.
ALTER TABLE app.run_pages ADD COLUMN unnamed integer NOT NULL DEFAULT 0;
ALTER TABLE app.run_pages ADD COLUMN left_out integer NOT NULL DEFAULT 0;

-- Retirements of the last day count towards the guard, so that many small ones add up.
CREATE INDEX products_retired ON catalog.products (tenant_id, retired_at) WHERE retired_at IS NOT NULL;
