-- The time of every picture there is. UNIX_TIMESTAMP of a TIMESTAMP is the stored number, whatever the session's time zone.
UPDATE captions
SET shown_at = COALESCE(taken_at, TIMESTAMP '1970-01-01 00:00:00' + INTERVAL ROUND(UNIX_TIMESTAMP(uploaded_at) * 1000000) MICROSECOND),
    updated_at = updated_at
WHERE uploaded_at IS NOT NULL;
