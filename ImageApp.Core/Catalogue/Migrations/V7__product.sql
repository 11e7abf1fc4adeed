-- What the gallery sorts by and shows of a picture. One statement, so that it is applied whole or not at all; an older version that still
-- runs leaves these columns as they are.
-- shown_at: local wall time, by which pictures are sorted and headed: taken_at, else uploaded_at in UTC. NULL while there is no object, and
-- for a while in rows that an older version writes. taken_offset: minutes between taken_at and UTC. exposure_time: seconds. focal_length:
-- millimetres. latitude, longitude: private, shown to the owner alone. renditions: the sides of those that there are beside the thumbnail,
-- 400,800,...; NULL in rows of an older version, which knows preview_key alone.
-- deleted_at may lie ahead from here on: a deletion that can be undone until then.
ALTER TABLE captions
    ADD COLUMN shown_at      DATETIME(3)  NULL DEFAULT NULL,
    ADD COLUMN taken_offset  SMALLINT     NULL,
    ADD COLUMN lens          VARCHAR(120) NULL,
    ADD COLUMN exposure_time DOUBLE       NULL,
    ADD COLUMN f_number      DOUBLE       NULL,
    ADD COLUMN iso           INT          NULL,
    ADD COLUMN focal_length  DOUBLE       NULL,
    ADD COLUMN latitude      DOUBLE       NULL,
    ADD COLUMN longitude     DOUBLE       NULL,
    ADD COLUMN animated      TINYINT(1)   NOT NULL DEFAULT 0,
    ADD COLUMN has_alpha     TINYINT(1)   NOT NULL DEFAULT 0,
    ADD COLUMN is_favourite  TINYINT(1)   NOT NULL DEFAULT 0,
    ADD COLUMN renditions    VARCHAR(50)  NULL,
    ADD KEY ix_captions_shown (shown_at, id),
    ADD KEY ix_captions_favourite (is_favourite, shown_at, id),
    ADD KEY ix_captions_content_hash (content_hash);
