-- Events that cannot be read: where views stopped at one, and what the operator decided of it. Runs with
-- search_path = projection, as the owner.

-- The last stop of each projection. It counts while the live view stands before it, and is never cleared away.
CREATE TABLE stops (
  name       text        COLLATE "C" PRIMARY KEY,
  version    int         NOT NULL CHECK (version > 0),
  position   bigint      NOT NULL CHECK (position > 0),
  -- What is wrong; never the content of an event.
  cause      text        NOT NULL,
  stopped_at timestamptz NOT NULL DEFAULT now()
);

-- Decisions that a view goes on without one event. Only ever added to; each is signed by a key that lies outside of the
-- database, and a reader refuses one that is not.
CREATE TABLE quarantine (
  name       text        COLLATE "C" NOT NULL,
  position   bigint      NOT NULL CHECK (position > 0),
  -- The leaf hash as it is stored with the event.
  leaf       bytea       NOT NULL CHECK (octet_length(leaf) = 32),
  -- What was wrong with it; never its content.
  cause      text        NOT NULL,
  reason     text        NOT NULL,
  author     text        COLLATE "C" NOT NULL,
  decided_at timestamptz NOT NULL,
  signature  bytea       NOT NULL CHECK (octet_length(signature) = 32),
  PRIMARY KEY (name, position, leaf)
);

-- The owner adds to it, when the operator decides. A slip of the owner's is caught too.
CREATE FUNCTION quarantine_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'decisions are only ever added' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER quarantine_rows_are_kept BEFORE UPDATE OR DELETE ON quarantine
  FOR EACH ROW EXECUTE FUNCTION quarantine_is_kept();
CREATE TRIGGER quarantine_is_kept BEFORE TRUNCATE ON quarantine
  FOR EACH STATEMENT EXECUTE FUNCTION quarantine_is_kept();

REVOKE ALL ON stops, quarantine FROM PUBLIC;
REVOKE ALL ON FUNCTION quarantine_is_kept() FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON quarantine FROM sne_owner;
GRANT SELECT, INSERT, UPDATE ON stops TO sne_projector;
GRANT SELECT ON stops TO sne_reader;
GRANT SELECT ON quarantine TO sne_projector, sne_reader;
