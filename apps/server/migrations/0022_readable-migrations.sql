-- Up Migration

-- The readiness check of the app reads which migrations were applied.
GRANT SELECT ON espejo_migrations TO espejo_app;
