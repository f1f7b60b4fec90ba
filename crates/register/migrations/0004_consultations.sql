-- Who looked at nominative data, at what, and what for (R441-2-6, INV-43): every reading and every search, as it was answered.
-- Kept apart from the log, for twelve months. Whoever writes adds to it and can do nothing else; nobody changes it; what is
-- younger than twelve months goes for nobody.
ALTER TABLE consultations RENAME TO consultations_of_notices;
ALTER INDEX consultations_pkey RENAME TO consultations_of_notices_pkey;

CREATE TABLE consultations (
    -- In the order of time; drawn by the process, so that what is sent again is entered once.
    id uuid PRIMARY KEY,
    consulted_at timestamptz NOT NULL,
    -- The hour of the database, which nobody who writes can set: what is kept, and what goes, follows from it.
    entered_at timestamptz NOT NULL DEFAULT now(),
    actor text COLLATE "C" NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    -- The territory that was looked into; none for the log as a whole.
    territory text COLLATE "C",
    purpose text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    -- What was asked, as a keyed digest: equal for equal questions, and nothing without the key.
    question bytea CHECK (octet_length(question) = 32),
    -- The demands that the answer told of, and of each the version that was shown: 0 where only its number was.
    numbers text[] COLLATE "C" NOT NULL,
    versions int[] NOT NULL,
    -- The position of the view that answered.
    position bigint,
    CHECK (cardinality(numbers) = cardinality(versions))
);
CREATE INDEX consultations_numbers ON consultations USING gin (numbers);
CREATE INDEX consultations_actor ON consultations (territory, actor, id);
CREATE INDEX consultations_entered ON consultations USING brin (entered_at);

INSERT INTO consultations (id, consulted_at, entered_at, actor, organisation, territory, purpose, kind, numbers, versions)
SELECT (lpad(to_hex(floor(extract(epoch FROM consulted_at) * 1000)::bigint), 12, '0') || '7'
         || substr(translate(gen_random_uuid()::text, '-', ''), 14))::uuid,
       consulted_at, consulted_at, actor, organisation, left(number, 3), 'ADMINISTRATION', 'NOTICES',
       ARRAY[number], ARRAY[version]
  FROM consultations_of_notices;
DROP TABLE consultations_of_notices;

CREATE FUNCTION consultations_are_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.entered_at < now() - interval '12 months' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'consultations are kept for twelve months' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER consultations_rows_are_kept BEFORE UPDATE OR DELETE ON consultations
  FOR EACH ROW EXECUTE FUNCTION consultations_are_kept();
CREATE TRIGGER consultations_are_kept BEFORE TRUNCATE ON consultations
  FOR EACH STATEMENT EXECUTE FUNCTION consultations_are_kept();

-- Deletes some of what is older than twelve months; how many.
CREATE FUNCTION forget_consultations(most int) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    DELETE FROM register.consultations WHERE id IN (
      SELECT id FROM register.consultations WHERE entered_at < now() - interval '12 months' LIMIT most)
    RETURNING 1)
  SELECT count(*) FROM gone
$$;

REVOKE ALL ON consultations FROM PUBLIC;
REVOKE UPDATE, TRUNCATE ON consultations FROM sne_owner;
GRANT INSERT (id, consulted_at, actor, organisation, territory, purpose, kind, question, numbers, versions, position)
  ON consultations TO sne_writer;
GRANT SELECT ON consultations TO sne_projector;
REVOKE ALL ON FUNCTION consultations_are_kept(), forget_consultations(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_consultations(int) TO sne_writer;
