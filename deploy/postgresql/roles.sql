-- The five roles of the register. Run once by a superuser (or a role with CREATEROLE), connected to the register's
-- database; running it again changes nothing.
--
--   sne_owner      owns the schemas, migrates them, owns the append function; reads the statistics of all sessions, so
--                  that one function of it can say what a synchronous standby holds (docs/operations.md)
--   sne_writer     may execute the append function, which alone writes the log
--   sne_projector  reads the log, makes and fills view tables
--   sne_reader     queries the views, and sees the rows of the territories that its transaction names
--   sne_infocentre queries the statistics, and sees nothing else
--
-- None of them can log in. The program's own login becomes a member and chooses one role per connection; without
-- inheritance it has no right at all until it has chosen:
--
--   CREATE ROLE sne_app LOGIN NOINHERIT PASSWORD '...';
--   GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO sne_app;
--
-- A login that already exists and inherits (PostgreSQL 16 or newer):
--
--   GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO login WITH INHERIT FALSE, SET TRUE;
DO $roles$
DECLARE
  wanted text;
BEGIN
  -- Two sessions that grant at once would fail; the lock ends with the transaction.
  PERFORM pg_catalog.pg_advisory_xact_lock(7813587325867257857);

  FOREACH wanted IN ARRAY ARRAY['sne_owner', 'sne_writer', 'sne_projector', 'sne_reader', 'sne_infocentre'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION
        -- A session of another database made it in between.
        WHEN duplicate_object OR unique_violation THEN NULL;
      END;
    END IF;
  END LOOP;

  -- The owner makes the schemas of this database. A database made from a template has the schemas but not this grant.
  IF NOT pg_catalog.has_database_privilege('sne_owner', pg_catalog.current_database(), 'CREATE') THEN
    EXECUTE pg_catalog.format('GRANT CREATE ON DATABASE %I TO sne_owner', pg_catalog.current_database());
  END IF;

  -- Who only has CREATEROLE may not give this on PostgreSQL 16 or newer. It is needed with a synchronous standby alone, and
  -- the register says so then.
  BEGIN
    GRANT pg_read_all_stats TO sne_owner;
  EXCEPTION
    WHEN insufficient_privilege THEN RAISE NOTICE 'sne_owner may not read the statistics of all sessions';
  END;
END
$roles$;
