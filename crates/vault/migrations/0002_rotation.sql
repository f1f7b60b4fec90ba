-- Runs with search_path = vault, as the owner. The life of a key-encryption key: its week, then unused, then retired. The
-- row stays for ever, so that nobody takes another key of the same name for it.

ALTER TABLE key_encryption_keys
  ADD COLUMN unused_since date,         -- first day on which a rotation found no live key under it
  ADD COLUMN retired_at   timestamptz;  -- from now on it wraps nothing and its secret may be destroyed

-- Live keys by what wraps them: what a rotation looks for.
CREATE INDEX keys_live ON keys (kek_id, id) WHERE destroyed_at IS NULL;

-- A process that missed the change of the week must not wrap under a key that is about to be destroyed. The lock is the
-- one that retiring waits for.
CREATE FUNCTION refuse_retired_kek() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM vault.key_encryption_keys WHERE kek_id = NEW.kek_id AND retired_at IS NULL FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'key-encryption key % wraps no more', NEW.kek_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER keys_kek_in_use
  BEFORE INSERT OR UPDATE OF kek_id ON keys
  FOR EACH ROW WHEN (NEW.wrapped IS NOT NULL)
  EXECUTE FUNCTION refuse_retired_kek();
