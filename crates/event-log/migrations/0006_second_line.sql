-- Who queries statistics must know how far the log goes, and nothing else of it.
GRANT USAGE ON SCHEMA log TO sne_infocentre;
GRANT SELECT ON log.head TO sne_infocentre;

-- What is recorded stays, for its owner too: nothing that this program runs changes an event or takes one away, and a slip in
-- what it will run is refused. The functions that append and fence only ever add.
REVOKE UPDATE, DELETE, TRUNCATE ON log.events, log.fences FROM sne_owner;
