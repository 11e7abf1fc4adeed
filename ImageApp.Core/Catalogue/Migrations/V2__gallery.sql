-- What the gallery shows beyond thumbnail and caption, a person's corrections, and deletion that can be undone.
-- taken_at is the camera's local time, without a zone; placeholder is rrggbb; a row with deleted_at is hidden, and kept a while
-- for pages that are open; purged_at says that its objects are gone.
ALTER TABLE captions
    ADD COLUMN caption_edited_at TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN camera            VARCHAR(120) NULL,
    ADD COLUMN taken_at          DATETIME     NULL,
    ADD COLUMN placeholder       CHAR(6)      NULL,
    ADD COLUMN preview_key       VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    ADD COLUMN deleted_at        TIMESTAMP(3) NULL DEFAULT NULL,
    ADD COLUMN purged_at         TIMESTAMP(3) NULL DEFAULT NULL,
    ADD KEY ix_captions_deleted (deleted_at);
