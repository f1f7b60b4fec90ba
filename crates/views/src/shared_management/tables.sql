-- Named without a schema: the session says whether this is the live build or a rebuild. Every key carries the territory.

CREATE TABLE shared_demands (
  position         bigint  NOT NULL,
  filed_on         date    NOT NULL,
  last_renewed_on  date,
  expires_on       date    NOT NULL,
  radiated_on      date,
  version          int     NOT NULL,
  forced           boolean NOT NULL,
  person_ref       uuid,
  territory        text COLLATE "C" NOT NULL,
  number           text COLLATE "C" NOT NULL,
  desk             text COLLATE "C" NOT NULL,
  -- The desk that the number names. A column, because the reader's policy keeps an expression out of an index.
  of_desk          text COLLATE "C" NOT NULL GENERATED ALWAYS AS (right(number, 5)) STORED,
  organisation     text COLLATE "C" NOT NULL,
  facts            text    NOT NULL,
  pieces           text    NOT NULL,
  attributions     text    NOT NULL,
  tokens           bytea   NOT NULL,   -- what shared_demand_tokens says of the row, 33 bytes each: kind and hash
  identity_version int,
  identity_key_id  bigint,
  identity_sealed  bytea,
  PRIMARY KEY (territory, number),
  CHECK (num_nulls(identity_version, identity_key_id, identity_sealed) IN (0, 3))
);
ALTER TABLE shared_demands ALTER COLUMN identity_sealed SET STORAGE EXTERNAL;
CREATE INDEX shared_demands_seniority ON shared_demands (territory, filed_on, number) WHERE radiated_on IS NULL;
CREATE INDEX shared_demands_desk ON shared_demands (territory, of_desk, filed_on, number) WHERE radiated_on IS NULL;
-- The same person in other territories, and persons counted once.
CREATE INDEX shared_demands_person ON shared_demands (person_ref, territory, number)
  WHERE radiated_on IS NULL AND person_ref IS NOT NULL;

-- Found by, in order of seniority.
CREATE TABLE shared_demand_communes (
  filed_on  date NOT NULL,
  territory text COLLATE "C" NOT NULL,
  commune   text COLLATE "C" NOT NULL,
  number    text COLLATE "C" NOT NULL,
  PRIMARY KEY (territory, commune, filed_on, number)
);
CREATE TABLE shared_demand_types (
  filed_on      date NOT NULL,
  territory     text COLLATE "C" NOT NULL,
  dwelling_type text COLLATE "C" NOT NULL,
  number        text COLLATE "C" NOT NULL,
  PRIMARY KEY (territory, dwelling_type, filed_on, number)
);
-- How it is housed and why it asks: each code as written, and the one of form 02 that comes nearest.
CREATE TABLE shared_demand_situations (
  filed_on  date NOT NULL,
  territory text COLLATE "C" NOT NULL,
  situation text COLLATE "C" NOT NULL,
  number    text COLLATE "C" NOT NULL,
  PRIMARY KEY (territory, situation, filed_on, number)
);
CREATE TABLE shared_demand_tokens (
  filed_on  date     NOT NULL,
  kind      smallint NOT NULL,
  territory text COLLATE "C" NOT NULL,
  number    text COLLATE "C" NOT NULL,
  token     bytea    NOT NULL,
  PRIMARY KEY (territory, kind, token, filed_on, number)
);

GRANT SELECT ON shared_demands, shared_demand_communes, shared_demand_types, shared_demand_situations, shared_demand_tokens
  TO sne_reader;
