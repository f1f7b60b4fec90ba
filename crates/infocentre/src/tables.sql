-- Named without a schema: the session says whether this is the live build or a rebuild. Every key carries the territory, but
-- for what is nationwide by its nature: it stands under FRA, and persons under nothing.

-- Where each demand counts on each day.
CREATE TABLE infocentre_demands (
  territory text COLLATE "C" NOT NULL,
  number    text COLLATE "C" NOT NULL,
  state     text NOT NULL,
  PRIMARY KEY (territory, number)
);

-- The days on which each applicant has a demand in the register, by his random reference.
CREATE TABLE infocentre_households (
  person uuid NOT NULL PRIMARY KEY,
  days   text NOT NULL
);

-- The changes of counts of 512 positions, event by event. Only grows, until the block is closed.
CREATE TABLE infocentre_leaves (
  block     bigint NOT NULL,
  territory text COLLATE "C" NOT NULL,
  entries   bytea NOT NULL,
  PRIMARY KEY (block, territory)
);
ALTER TABLE infocentre_leaves ALTER entries SET STORAGE EXTERNAL;

-- The counts of a place in a closed block of positions.
CREATE TABLE infocentre_counts (
  block     bigint NOT NULL,
  level     smallint NOT NULL,
  territory text COLLATE "C" NOT NULL,
  place     text COLLATE "C" NOT NULL,
  counts    bytea NOT NULL,
  PRIMARY KEY (level, block, territory, place)
);
ALTER TABLE infocentre_counts ALTER counts SET STORAGE EXTERNAL;

-- The values behind the counts, for medians and deciles: the stock's of a year as a whole, and everything month by month.
CREATE TABLE infocentre_values (
  block     bigint NOT NULL,
  year      int NOT NULL,
  level     smallint NOT NULL,
  territory text COLLATE "C" NOT NULL,
  place     text COLLATE "C" NOT NULL,
  whole     bytea NOT NULL,
  months    bytea NOT NULL,
  PRIMARY KEY (level, block, territory, place, year)
);
ALTER TABLE infocentre_values ALTER whole SET STORAGE EXTERNAL, ALTER months SET STORAGE EXTERNAL;

-- The last event that was folded: every block before its own is closed.
CREATE TABLE infocentre_reached (
  id       smallint NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  position bigint NOT NULL
);
INSERT INTO infocentre_reached (position) VALUES (0);

-- What counts follow from is the projector's alone: it says of single demands and persons when they were in the register.
GRANT SELECT ON infocentre_leaves, infocentre_counts, infocentre_values, infocentre_reached TO sne_infocentre;
