-- Which process entered a look: every process counts its own looks in memory, and asks every second what the others entered.
ALTER TABLE consultations ADD COLUMN recorder uuid;
GRANT INSERT (recorder) ON consultations TO sne_writer;
-- Asked every second for its last seconds: what a block index has not summarised yet, it would read each time.
DROP INDEX consultations_entered;
CREATE INDEX consultations_entered ON consultations (entered_at);

-- Rows that imports entered, or are about to enter, by organisation and minute. What is older than an hour goes.
CREATE TABLE imported_rows (
    organisation text COLLATE "C" NOT NULL,
    minute timestamptz NOT NULL,
    rows bigint NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (organisation, minute)
);
REVOKE ALL ON imported_rows FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON imported_rows TO sne_writer;
