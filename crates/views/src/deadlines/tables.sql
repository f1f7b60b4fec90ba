-- Named without a schema: the session says whether this is the live build or a rebuild. Every key carries the territory.

CREATE TABLE deadline_demands (
  position       bigint NOT NULL,
  version        int    NOT NULL,
  notice_version int,
  waits_since    date,              -- reception, while it is in the register
  housed_since   date,              -- of an attribution or a known lease, while it is in the register
  territory      text COLLATE "C" NOT NULL,
  number         text COLLATE "C" NOT NULL,
  communes       text COLLATE "C" NOT NULL,   -- codes sought, with spaces between them
  types          text COLLATE "C" NOT NULL,
  -- The desk that the number names. A column, because the reader's policy keeps an expression out of an index.
  of_desk        text COLLATE "C" NOT NULL GENERATED ALWAYS AS (right(number, 5)) STORED,
  state          text   NOT NULL,   -- the aggregate, personal parts sealed
  PRIMARY KEY (territory, number)
);

-- Who waits, in order of seniority, without the rest of the row.
CREATE INDEX deadline_demands_waiting ON deadline_demands (territory, waits_since, number) INCLUDE (communes, types)
  WHERE waits_since IS NOT NULL;
CREATE INDEX deadline_demands_desk ON deadline_demands (territory, of_desk, waits_since, number) WHERE waits_since IS NOT NULL;
-- Whose radiation is late.
CREATE INDEX deadline_demands_housed ON deadline_demands (territory, housed_since, number)
  WHERE housed_since IS NOT NULL;

-- Found by delay, in order of the day it counts from.
CREATE TABLE deadline_entries (
  since        date NOT NULL,
  prolonged_by date,
  not_before   date,
  ordinal      smallint NOT NULL,
  territory    text COLLATE "C" NOT NULL,
  delay        text COLLATE "C" NOT NULL,
  number       text COLLATE "C" NOT NULL,
  desk         text COLLATE "C" NOT NULL,   -- that has to act
  organisation text COLLATE "C",            -- that alone may act
  PRIMARY KEY (territory, delay, since, number, ordinal)
);
CREATE INDEX deadline_entries_desk ON deadline_entries (territory, desk, delay, since, number, ordinal);

-- The same entries by each commune sought; and by it those who wait, whose delay is WAITING.
CREATE TABLE deadline_communes (
  since     date NOT NULL,
  ordinal   smallint NOT NULL,
  territory text COLLATE "C" NOT NULL,
  commune   text COLLATE "C" NOT NULL,
  delay     text COLLATE "C" NOT NULL,
  number    text COLLATE "C" NOT NULL,
  PRIMARY KEY (territory, commune, delay, since, number, ordinal)
);

CREATE TABLE deadline_notices (
  listed_on   date NOT NULL,
  expires_on  date NOT NULL,
  sent_on     date,
  version     int NOT NULL,
  open        boolean NOT NULL,
  territory   text COLLATE "C" NOT NULL,
  number      text COLLATE "C" NOT NULL,
  due_by      text COLLATE "C" NOT NULL,
  PRIMARY KEY (territory, listed_on, number)
);
CREATE INDEX deadline_notices_unsent ON deadline_notices (territory, listed_on) WHERE open AND sent_on IS NULL;

GRANT SELECT ON deadline_demands, deadline_entries, deadline_communes, deadline_notices TO sne_reader;
