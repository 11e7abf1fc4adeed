-- Albums. cover_id: NULL where the first picture is the cover. One statement a script, so that each is applied whole or not at all.
CREATE TABLE albums (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title      VARCHAR(200) NOT NULL,
    cover_id   BIGINT       NULL,
    created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    updated_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    KEY ix_albums_updated (updated_at, id),
    CONSTRAINT fk_albums_cover FOREIGN KEY (cover_id) REFERENCES captions (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
