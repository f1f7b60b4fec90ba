-- Fences: a command id that its organisation gave up for good (design law 5). Whoever asks for a fence waits for the head
-- row like an append, so each command is either before it, and committed, or after it, and refused.
CREATE TABLE log.fences (
  command_id   uuid NOT NULL,
  as_of        bigint NOT NULL,
  organisation text COLLATE "C" NOT NULL,
  PRIMARY KEY (organisation, command_id)
);
REVOKE ALL ON log.fences FROM PUBLIC;
GRANT SELECT ON log.fences TO sne_writer, sne_projector;

-- The position at which the command is fenced, for ever the same; none when it is committed, and nothing was fenced.
CREATE FUNCTION log.fence(p_organisation text, p_command uuid) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $fence$
DECLARE
  head   bigint;
  fenced bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'fencing needs isolation level read committed' USING ERRCODE = 'invalid_transaction_state';
  END IF;
  -- First, and alone: what is looked up after it sees all that the last holder of the lock has committed.
  SELECT h.position INTO STRICT head FROM log.head AS h WHERE h.id = 1 FOR UPDATE;
  IF EXISTS (SELECT FROM log.events AS e
              WHERE e.organisation = p_organisation AND e.command_id = p_command AND e.body_digest IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  INSERT INTO log.fences (command_id, as_of, organisation) VALUES (p_command, head, p_organisation)
    ON CONFLICT (organisation, command_id) DO NOTHING;
  SELECT f.as_of INTO STRICT fenced FROM log.fences AS f
   WHERE f.organisation = p_organisation AND f.command_id = p_command;
  RETURN fenced;
END
$fence$;
REVOKE ALL ON FUNCTION log.fence(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.fence(text, uuid) TO sne_writer;

-- The append function as before, but for the look at the fences.
--
-- status: 0 committed, 1 repeated, 2 command id reused, 3 version conflict, 4 stream mismatch, 5 claim not held,
-- 6 claim held, 7 tag conflict, 8 fenced. item: which stream (3, 4) or claim (5, 6, 7) of the command, from 0.
CREATE OR REPLACE FUNCTION log.append(
  -- One element for each command.
  c_organisation   text[],
  c_id             uuid[],
  c_digest         bytea[],
  c_recorded_at    timestamptz[],
  c_size           int[],
  -- One for each stream of a command; s_command counts commands from 1.
  s_command        int[],
  s_item           int[],
  s_stream         text[],
  s_stream_type    text[],
  s_territory      text[],
  s_key_id         bigint[],
  s_expected       int[],
  -- One for each claim of a command; k_op: 0 release, 1 take, 2 force.
  k_command        int[],
  k_item           int[],
  k_op             smallint[],
  k_kind           smallint[],
  k_key            bytea[],
  k_scope          text[],
  k_holder         text[],
  k_tag            uuid[],
  -- One for each event; e_ordinal counts the events of its command from 1.
  e_command        int[],
  e_ordinal        int[],
  e_version        int[],
  e_schema_version smallint[],
  e_effective_on   date[],
  e_key_id         bigint[],
  e_stream_type    text[],
  e_territory      text[],
  e_stream         text[],
  e_event_type     text[],
  e_organisation   text[],
  e_actor          text[],
  e_payload        text[],
  e_sealed         bytea[],
  e_commitment     bytea[],
  e_leaf           bytea[],
  OUT status  smallint[],
  OUT first   bigint[],
  OUT last    bigint[],
  OUT item    int[],
  OUT version int[],
  OUT holder  text[],
  OUT tag     uuid[]
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $append$
DECLARE
  n          int := cardinality(c_id);
  old_head   bigint;
  new_head   bigint;
  inserted   bigint;
  base       bigint[] := array_fill(0::bigint, ARRAY[n]);
  hit        record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'appending needs isolation level read committed' USING ERRCODE = 'invalid_transaction_state';
  END IF;

  status  := array_fill(0::smallint, ARRAY[n]);
  first   := array_fill(NULL::bigint, ARRAY[n]);
  last    := first;
  item    := array_fill(NULL::int, ARRAY[n]);
  version := item;
  holder  := array_fill(NULL::text, ARRAY[n]);
  tag     := array_fill(NULL::uuid, ARRAY[n]);

  SELECT h.position INTO STRICT old_head FROM log.head AS h WHERE h.id = 1 FOR UPDATE;

  -- Receipts.
  FOR hit IN
    SELECT c.command, r.position, r.command_size, r.body_digest = c.digest AS same_body
      FROM unnest(c_organisation, c_id, c_digest) WITH ORDINALITY AS c(organisation, id, digest, command)
     CROSS JOIN LATERAL (
       SELECT e.position, e.command_size, e.body_digest
         FROM log.events AS e
        WHERE e.organisation = c.organisation AND e.command_id = c.id AND e.body_digest IS NOT NULL
       OFFSET 0
     ) AS r
  LOOP
    IF hit.same_body THEN
      status[hit.command] := 1;
      first[hit.command] := hit.position;
      last[hit.command] := hit.position + hit.command_size - 1;
    ELSE
      status[hit.command] := 2;
    END IF;
  END LOOP;

  -- Fences: what was told never to happen.
  FOR hit IN
    SELECT c.command
      FROM unnest(c_organisation, c_id) WITH ORDINALITY AS c(organisation, id, command)
     WHERE (SELECT f.as_of FROM log.fences AS f
             WHERE f.organisation = c.organisation AND f.command_id = c.id) IS NOT NULL
  LOOP
    IF status[hit.command] = 0 THEN
      status[hit.command] := 8;
    END IF;
  END LOOP;

  -- Versions, and what a stream keeps for its whole life: its last event says both.
  FOR hit IN
    SELECT s.command, s.item, coalesce(l.version, 0) AS actual, coalesce(l.version, 0) <> s.expected AS moved
      FROM unnest(s_command, s_item, s_stream, s_stream_type, s_territory, s_key_id, s_expected) WITH ORDINALITY
        AS s(command, item, stream, stream_type, territory, key_id, expected, place)
      LEFT JOIN LATERAL (
        SELECT e.version, e.stream_type, e.territory, e.key_id
          FROM log.events AS e
         WHERE e.stream = s.stream
         ORDER BY e.version DESC
         LIMIT 1
      ) AS l ON true
     WHERE coalesce(l.version, 0) <> s.expected
        OR (l.version IS NOT NULL
            AND (l.stream_type <> s.stream_type
                 OR l.territory IS DISTINCT FROM s.territory
                 OR l.key_id IS DISTINCT FROM s.key_id))
     ORDER BY s.place
  LOOP
    IF status[hit.command] = 0 THEN
      status[hit.command] := CASE WHEN hit.moved THEN 3 ELSE 4 END;
      item[hit.command] := hit.item;
      version[hit.command] := hit.actual;
    END IF;
  END LOOP;

  -- Releases of what is not held.
  IF 0 = ANY (k_op) THEN
    FOR hit IN
      SELECT k.command, k.item
        FROM unnest(k_command, k_item, k_op, k_kind, k_key, k_scope, k_holder) WITH ORDINALITY
          AS k(command, item, op, kind, key, scope, holder, place)
       WHERE k.op = 0
         AND (SELECT c.ordinal
                FROM log.claims AS c
               WHERE c.kind = k.kind AND c.key = k.key AND c.scope = k.scope AND c.holder = k.holder
               LIMIT 1) IS NULL
       ORDER BY k.place
    LOOP
      IF status[hit.command] = 0 THEN
        status[hit.command] := 5;
        item[hit.command] := hit.item;
      END IF;
    END LOOP;
  END IF;

  IF cardinality(k_command) > 0 THEN
    -- Takes and forces against every live claim on the same key, in whatever scope, that this command does not release.
    FOR hit IN
      SELECT k.command, k.item, x.holder, x.tag,
             x.scope = k.scope AND (k.op = 1 OR x.holder = k.holder) AS held
        FROM unnest(k_command, k_item, k_op, k_kind, k_key, k_scope, k_holder, k_tag) WITH ORDINALITY
          AS k(command, item, op, kind, key, scope, holder, tag, place)
       CROSS JOIN LATERAL (
         SELECT c.scope, c.ordinal, c.holder, c.tag
           FROM log.claims AS c
          WHERE c.kind = k.kind AND c.key = k.key
         OFFSET 0
       ) AS x
       WHERE k.op <> 0
         AND (x.tag <> k.tag OR (x.scope = k.scope AND (k.op = 1 OR x.holder = k.holder)))
         AND (SELECT count(*)
                FROM unnest(k_command, k_op, k_kind, k_key, k_scope, k_holder)
                  AS r(command, op, kind, key, scope, holder)
               WHERE r.command = k.command AND r.op = 0 AND r.kind = k.kind AND r.key = k.key
                 AND r.scope = x.scope AND r.holder = x.holder) = 0
       ORDER BY k.place, held DESC, x.scope, x.ordinal
    LOOP
      IF status[hit.command] = 0 THEN
        status[hit.command] := CASE WHEN hit.held THEN 6 ELSE 7 END;
        item[hit.command] := hit.item;
        holder[hit.command] := hit.holder;
        tag[hit.command] := hit.tag;
      END IF;
    END LOOP;
  END IF;

  -- Numbers, for what is accepted only.
  new_head := old_head;
  FOR i IN 1..n LOOP
    IF status[i] = 0 THEN
      base[i] := new_head;
      first[i] := new_head + 1;
      new_head := new_head + c_size[i];
      last[i] := new_head;
    END IF;
  END LOOP;
  IF new_head = old_head THEN
    RETURN;
  END IF;

  INSERT INTO log.events (
    position, recorded_at, command_id, key_id, effective_on, version, schema_version, command_size,
    stream_type, territory, stream, event_type, organisation, actor, payload, sealed, commitment, leaf, body_digest
  )
  SELECT base[e.command] + e.ordinal, c_recorded_at[e.command], c_id[e.command], e.key_id, e.effective_on,
         e.version, e.schema_version, CASE WHEN e.ordinal = 1 THEN c_size[e.command] END,
         e.stream_type, e.territory, e.stream, e.event_type, e.organisation, e.actor, e.payload, e.sealed,
         e.commitment, e.leaf, CASE WHEN e.ordinal = 1 THEN c_digest[e.command] END
    FROM unnest(e_command, e_ordinal, e_version, e_schema_version, e_effective_on, e_key_id, e_stream_type,
                e_territory, e_stream, e_event_type, e_organisation, e_actor, e_payload, e_sealed, e_commitment, e_leaf)
      AS e(command, ordinal, version, schema_version, effective_on, key_id, stream_type,
           territory, stream, event_type, organisation, actor, payload, sealed, commitment, leaf)
   WHERE status[e.command] = 0 AND e.ordinal BETWEEN 1 AND c_size[e.command];

  -- Distinct positions, each within its command's range, as many as were counted: no hole can come from the arguments.
  GET DIAGNOSTICS inserted = ROW_COUNT;
  IF inserted <> new_head - old_head THEN
    RAISE EXCEPTION 'events do not fill the positions counted' USING ERRCODE = 'data_exception';
  END IF;

  IF 0 = ANY (k_op) THEN
    DELETE FROM log.claims
     WHERE ctid = ANY (ARRAY(
       SELECT (SELECT c.ctid
                 FROM log.claims AS c
                WHERE c.kind = k.kind AND c.key = k.key AND c.scope = k.scope AND c.holder = k.holder
                LIMIT 1)
         FROM unnest(k_command, k_op, k_kind, k_key, k_scope, k_holder) AS k(command, op, kind, key, scope, holder)
        WHERE k.op = 0 AND status[k.command] = 0
     ));
  END IF;

  IF cardinality(k_command) > 0 THEN
    -- The lowest free ordinal: one of as many candidates as there are rows, and one more.
    INSERT INTO log.claims (tag, kind, ordinal, key, scope, holder)
    SELECT k.tag, k.kind,
           CASE WHEN k.op = 1 THEN 0 ELSE (
             SELECT min(g.candidate)
               FROM generate_series(0, (SELECT count(*)
                                          FROM log.claims AS c
                                         WHERE c.kind = k.kind AND c.key = k.key AND c.scope = k.scope)) AS g(candidate)
              WHERE g.candidate <> ALL (ARRAY(SELECT c.ordinal::bigint
                                                FROM log.claims AS c
                                               WHERE c.kind = k.kind AND c.key = k.key AND c.scope = k.scope))
           ) END,
           k.key, k.scope, k.holder
      FROM unnest(k_command, k_op, k_kind, k_key, k_scope, k_holder, k_tag)
        AS k(command, op, kind, key, scope, holder, tag)
     WHERE k.op <> 0 AND status[k.command] = 0;
  END IF;

  UPDATE log.head AS h SET position = new_head WHERE h.id = 1;
END
$append$;
