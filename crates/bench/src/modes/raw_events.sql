-- The base line: the columns of the log, a primary key, one unique index, and nothing that guards anything.
CREATE TABLE raw_events (
  position       bigserial PRIMARY KEY,
  recorded_at    timestamptz NOT NULL,
  command_id     uuid NOT NULL,
  key_id         bigint,
  effective_on   date NOT NULL,
  version        int NOT NULL,
  schema_version smallint NOT NULL,
  command_size   smallint,
  stream_type    text COLLATE "C" NOT NULL,
  territory      text COLLATE "C",
  stream         text COLLATE "C" NOT NULL,
  event_type     text COLLATE "C" NOT NULL,
  organisation   text COLLATE "C" NOT NULL,
  actor          text COLLATE "C" NOT NULL,
  payload        text NOT NULL,
  sealed         bytea NOT NULL,
  commitment     bytea,
  leaf           bytea NOT NULL,
  body_digest    bytea,
  UNIQUE (stream, version)
);
ALTER TABLE raw_events ALTER COLUMN payload SET STORAGE EXTERNAL, ALTER COLUMN sealed SET STORAGE EXTERNAL;
