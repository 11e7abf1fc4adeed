-- Renditions that originals shared show one of them: all are made again, each under a key of its own.
UPDATE captions
    JOIN (
        SELECT thumbnail_key AS shared_key FROM captions WHERE thumbnail_key IS NOT NULL GROUP BY thumbnail_key HAVING COUNT(*) > 1
    ) AS shared ON thumbnail_key = shared_key
SET thumbnail_key = NULL, preview_key = NULL, thumbnail_generated_at = NULL, attempts = 0;
