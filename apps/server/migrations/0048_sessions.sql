-- Up Migration

-- The sessions of signed-in users, so that any node ends one for all. A process of the version before writes none: its
-- tokens get a row here when a newer process first sees one.
CREATE TABLE app.sessions (
  tenant_id    text NOT NULL,
  session_id   text NOT NULL,
  user_id      text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  PRIMARY KEY (tenant_id, session_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES app.users ON DELETE CASCADE
);
SELECT app.protect('app.sessions');
CREATE INDEX sessions_of_user ON app.sessions (tenant_id, user_id);
CREATE INDEX sessions_expired ON app.sessions (tenant_id, expires_at);

-- Tokens of the version before that were issued earlier than this are invalid. Null: never changed.
ALTER TABLE app.users ADD COLUMN password_changed_at timestamptz;
