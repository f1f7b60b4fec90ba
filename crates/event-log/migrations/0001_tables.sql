-- The log: one table of events, one row that counts them, and the claims.
--
-- The last version of a stream and the receipt of a command are read from unique indexes of the events themselves; there
-- is no table of streams and none of receipts that could say something else than the log.

CREATE TABLE log.head (
  id       smallint PRIMARY KEY CHECK (id = 1),
  position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);
INSERT INTO log.head (id, position) VALUES (1, 0);

-- Columns of fixed width first.
CREATE TABLE log.events (
  position       bigint PRIMARY KEY CHECK (position > 0),
  recorded_at    timestamptz NOT NULL,
  command_id     uuid NOT NULL,
  key_id         bigint,
  effective_on   date NOT NULL,
  version        int NOT NULL CHECK (version > 0),
  schema_version smallint NOT NULL,
  command_size   smallint,                   -- on the first event of a command only
  stream_type    text COLLATE "C" NOT NULL,
  territory      text COLLATE "C",
  stream         text COLLATE "C" NOT NULL,
  event_type     text COLLATE "C" NOT NULL,
  organisation   text COLLATE "C" NOT NULL,
  actor          text COLLATE "C" NOT NULL,
  payload        text NOT NULL,
  sealed         bytea NOT NULL,             -- empty when nothing is sealed
  commitment     bytea,                      -- on the first event of a stream with a key only
  leaf           bytea NOT NULL CHECK (octet_length(leaf) = 32),
  body_digest    bytea,                      -- on the first event of a command only
  CHECK ((command_size IS NULL) = (body_digest IS NULL))
);

-- Kept as they come: sealed bytes do not shrink, and trying costs on every append.
ALTER TABLE log.events ALTER COLUMN payload SET STORAGE EXTERNAL, ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX events_stream ON log.events (stream, version);
CREATE UNIQUE INDEX events_command ON log.events (organisation, command_id) WHERE body_digest IS NOT NULL;
CREATE INDEX events_key ON log.events (key_id) WHERE version = 1 AND key_id IS NOT NULL;
-- Nearly all events are of demands; the others are few and are read as a whole.
CREATE INDEX events_type ON log.events (stream_type, position) WHERE stream_type <> 'demand';

-- Uniqueness across streams. Derived: every take and release follows from an event of its command.
CREATE TABLE log.claims (
  tag     uuid NOT NULL,
  kind    smallint NOT NULL,
  ordinal smallint NOT NULL CHECK (ordinal >= 0),
  key     bytea NOT NULL,
  scope   text COLLATE "C" NOT NULL,
  holder  text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, key, scope, ordinal)
);

REVOKE ALL ON SCHEMA log FROM PUBLIC;
GRANT USAGE ON SCHEMA log TO sne_writer, sne_projector, sne_reader;
REVOKE ALL ON log.head, log.events, log.claims FROM PUBLIC;
GRANT SELECT ON log.head, log.events, log.claims TO sne_writer, sne_projector;
-- A query says at which position it answers, and refuses to wait for one beyond the head.
GRANT SELECT ON log.head TO sne_reader;
