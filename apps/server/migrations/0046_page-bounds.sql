-- Up Migration

-- The lowest and the highest id of a page. Pages whose bounds do not overlap share no id, so that their ids are counted
-- without being sorted. Null in the rows of a process of the version before, and where a page has no id.
ALTER TABLE app.run_pages ADD COLUMN lowest bigint;
ALTER TABLE app.run_pages ADD COLUMN highest bigint;
