-- The log with the column names of postgres-es, so that its stock repository can fold our streams: an independent second
-- reader (design 10.18). Without the sealed part; the payload in serde's externally tagged form of an enum.
CREATE VIEW log.stock_events AS
SELECT e.stream_type                                                      AS aggregate_type,
       e.stream                                                           AS aggregate_id,
       e.version::bigint                                                  AS sequence,
       e.event_type                                                       AS event_type,
       e.schema_version::text                                             AS event_version,
       ('{"' || e.event_type || '":' || e.payload || '}')::json           AS payload,
       json_build_object(
         'position', e.position::text,
         'recorded_at', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
         'effective_on', to_char(e.effective_on, 'YYYY-MM-DD'),
         'actor', e.actor,
         'organisation', e.organisation,
         'command_id', e.command_id::text
       )                                                                  AS metadata
  FROM log.events AS e;

REVOKE ALL ON log.stock_events FROM PUBLIC;
GRANT SELECT ON log.stock_events TO sne_projector;
