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

-- Days whose run came to its end. Nothing rests on it but who does the work: a day that is missing is run again.
CREATE TABLE daily_runs (
    day date PRIMARY KEY,
    done_at timestamptz NOT NULL
);

REVOKE ALL ON daily_runs FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON daily_runs TO sne_writer;
GRANT SELECT ON daily_runs TO sne_projector;
