-- Runs with search_path = vault, as the owner. Who writes draws keys, and may no longer replace or destroy one at will: keys
-- are moved to a new key-encryption key by the owner, and destroyed by this function alone.

REVOKE UPDATE (kek_id, wrapped, destroyed_at) ON keys FROM sne_writer;

-- Which of these keys may be destroyed. The vault knows no log, so for itself it has no reason to refuse one; whoever knows
-- the log replaces this function by one that has.
CREATE FUNCTION erasable(asked bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$ SELECT unnest(asked) $$;

CREATE FUNCTION destroy(asked bigint[]) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
  WITH gone AS (
    UPDATE vault.keys SET wrapped = NULL, destroyed_at = now(), lease_id = NULL
     WHERE id IN (SELECT vault.erasable(asked)) AND destroyed_at IS NULL
    RETURNING id
  )
  SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION erasable, destroy FROM PUBLIC;
GRANT EXECUTE ON FUNCTION destroy TO sne_writer;
