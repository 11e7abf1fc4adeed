-- One row an image. Taken as it is by MySQL 8.4, MySQL 9 and MariaDB 10.11.
-- image_key compares by bytes, as S3 compares keys.
CREATE TABLE captions (
    id                     BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    image_key              VARCHAR(255)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    file_name              VARCHAR(255)  NOT NULL,
    content_type           VARCHAR(100)  NULL,
    size_bytes             BIGINT        NULL,
    width                  INT           NULL,
    height                 INT           NULL,
    object_etag            VARCHAR(100)  NULL,
    uploaded_at            TIMESTAMP(3)  NULL DEFAULT NULL,
    caption                TEXT          NULL,
    caption_model          VARCHAR(100)  NULL,
    caption_generated_at   TIMESTAMP(3)  NULL DEFAULT NULL,
    caption_error          VARCHAR(1000) NULL,
    thumbnail_key          VARCHAR(255)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    thumbnail_generated_at TIMESTAMP(3)  NULL DEFAULT NULL,
    thumbnail_error        VARCHAR(1000) NULL,
    damaged                TINYINT(1)    NOT NULL DEFAULT 0,
    attempts               INT           NOT NULL DEFAULT 0,
    updated_at             TIMESTAMP(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    UNIQUE KEY ux_captions_image_key (image_key),
    KEY ix_captions_uploaded (uploaded_at, id),
    KEY ix_captions_updated (updated_at, id),
    FULLTEXT KEY ft_captions_text (caption, file_name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
