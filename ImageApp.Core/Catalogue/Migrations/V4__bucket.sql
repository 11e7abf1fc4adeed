-- What follows the bucket. One statement, so that it is applied whole or not at all.
-- key_bytes: keys are compared by their bytes, up to the 1,024 that S3 takes. image_key itself stays text, which an older version reads;
-- neither server's collation without padding is known to the other, so a generated column is what is unique.
-- content_hash: SHA-256 of the object. sent_at: when it was last put or touched, where that is not uploaded_at. ..._started_at: when a
-- step last took it up. caption_retry_at: when a caption that waits for something may be asked for again.
-- ..._search: what is searched, words in a form that every server takes apart alike. search_version 0: a row that is not yet indexed.
ALTER TABLE captions
    MODIFY COLUMN image_key VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    DROP KEY ux_captions_image_key,
    ADD COLUMN key_bytes            VARBINARY(1024) GENERATED ALWAYS AS (CAST(image_key AS BINARY)) STORED,
    ADD COLUMN content_hash         BINARY(32)   NULL,
    ADD COLUMN sent_at              TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN caption_started_at   TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN thumbnail_started_at TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN caption_retry_at     TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN caption_search       MEDIUMTEXT   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    ADD COLUMN name_search          TEXT         CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    ADD COLUMN search_version       SMALLINT     NOT NULL DEFAULT 0,
    ADD UNIQUE KEY ux_captions_key_bytes (key_bytes),
    ADD KEY ix_captions_image_key (image_key(255)),
    ADD KEY ix_captions_caption_started (caption_started_at),
    ADD KEY ix_captions_thumbnail_started (thumbnail_started_at),
    ADD KEY ix_captions_search_version (search_version, id),
    ADD FULLTEXT KEY ft_captions_search (caption_search, name_search);
