-- Whether synchronous standbys have flushed the log of the database server up to a place: as many of them as
-- `synchronous_standby_names` asks for. False when it names none.
--
-- Runs as the owner, who may read the statistics of all sessions (deploy/postgresql/roles.sql): what the writer learns of
-- them is this one answer.
CREATE FUNCTION log.held_by_standby(p_flushed_to pg_lsn) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $held$
  SELECT count(*) >= coalesce(
           substring(current_setting('synchronous_standby_names') FROM '(?i)^\s*(?:any\s|first\s)?\s*(\d+)\s*\(')::bigint, 1)
    FROM pg_stat_replication AS r
   WHERE r.sync_state IN ('sync', 'quorum') AND r.flush_lsn >= p_flushed_to
$held$;
REVOKE ALL ON FUNCTION log.held_by_standby(pg_lsn) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.held_by_standby(pg_lsn) TO sne_writer;
