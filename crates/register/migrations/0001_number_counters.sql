-- Sequences of unique numbers, one per territory and month of filing. A process leases a block: the row moves on, durably,
-- before the first number of the block is used, so that no number is ever given twice. What a process leaves unused is a gap.
CREATE TABLE number_counters (
    territory text COLLATE "C" NOT NULL,
    month text COLLATE "C" NOT NULL,
    next_sequence integer NOT NULL CHECK (next_sequence BETWEEN 0 AND 1000000),
    PRIMARY KEY (territory, month)
);

REVOKE ALL ON number_counters FROM PUBLIC;
GRANT USAGE ON SCHEMA register TO sne_writer, sne_projector;
GRANT SELECT, INSERT, UPDATE ON number_counters TO sne_writer;
GRANT SELECT ON number_counters TO sne_projector;
