-- Who looked at nominative data, and what for (INV-43): written before anything is shown, never changed, kept apart from the
-- log. Whoever writes may add to it and nothing else.
CREATE TABLE consultations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consulted_at timestamptz NOT NULL,
    actor text COLLATE "C" NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    -- The demand.
    number text COLLATE "C" NOT NULL,
    -- What of it was opened, as of which version of its stream.
    opened text COLLATE "C" NOT NULL,
    version int NOT NULL
);
CREATE INDEX consultations_number ON consultations (number, consulted_at);

REVOKE ALL ON consultations FROM PUBLIC;
GRANT INSERT ON consultations TO sne_writer;
