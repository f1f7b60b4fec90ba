\set n :n + 1
\set stream :base + :client_id * 10000000000 + :n
INSERT INTO raw_events (recorded_at, command_id, key_id, effective_on, version, schema_version, command_size, stream_type, territory, stream, event_type, organisation, actor, payload, sealed, commitment, leaf, body_digest) VALUES (:recorded_at, :command_id, :n, :effective_on, 1, 1, 1, :stream_type, :territory, :stream, :event_type, :organisation, :actor, :payload, :sealed, :digest, :digest, :digest);
