-- Up Migration

-- The app asks which migrations a database has had before it calls itself ready.
GRANT SELECT ON espejo_migrations TO espejo_app;
