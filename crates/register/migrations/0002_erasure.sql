-- Which keys may be destroyed, told by the log: those of a demand whose personal data is erased, and those that a process now
-- gone had drawn and no stream names (design 10.8). Nobody who only writes can destroy another one.
CREATE OR REPLACE FUNCTION vault.erasable(asked bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT candidate.key FROM unnest(asked) AS candidate (key)
   WHERE EXISTS (SELECT FROM log.events AS first
                  WHERE first.key_id = candidate.key AND first.version = 1
                    AND EXISTS (SELECT FROM log.events AS erased
                                 WHERE erased.stream = first.stream AND erased.event_type = 'PersonalDataErased'))
      OR (NOT EXISTS (SELECT FROM log.events AS first WHERE first.key_id = candidate.key AND first.version = 1)
          AND EXISTS (SELECT FROM vault.keys AS drawn JOIN vault.leases AS lease USING (lease_id)
                       WHERE drawn.id = candidate.key AND lease.dead_since IS NOT NULL))
$$;

-- The erased demands, found without reading the log: few among all events, and each only once.
CREATE INDEX events_erased ON log.events (stream) WHERE event_type = 'PersonalDataErased';
