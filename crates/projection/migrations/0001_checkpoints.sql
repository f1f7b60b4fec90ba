-- How far each projection has come. Runs with search_path = projection, as the owner.
--
-- A projection has a live build, whose tables stand in the schema views, and for as long as a rebuild runs another one
-- beside it, whose tables stand in views_next.
CREATE TABLE checkpoints (
  name       text        COLLATE "C" NOT NULL,
  slot       text        COLLATE "C" NOT NULL CHECK (slot IN ('live', 'next')),
  version    int         NOT NULL CHECK (version > 0),
  position   bigint      NOT NULL CHECK (position >= 0),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, slot)
) WITH (fillfactor = 10);

CREATE SCHEMA views;
CREATE SCHEMA views_next;

REVOKE ALL ON SCHEMA projection, views, views_next FROM PUBLIC;
REVOKE ALL ON checkpoints FROM PUBLIC;
GRANT USAGE ON SCHEMA projection TO sne_projector, sne_reader;
GRANT SELECT ON checkpoints TO sne_projector, sne_reader;
GRANT INSERT, UPDATE, DELETE ON checkpoints TO sne_projector;
GRANT USAGE, CREATE ON SCHEMA views, views_next TO sne_projector;
GRANT USAGE ON SCHEMA views TO sne_reader;
