-- Which pictures are in which albums, and where: position ascends, with gaps. A row whose picture is removed for good goes with it.
CREATE TABLE album_images (
    album_id BIGINT       NOT NULL,
    image_id BIGINT       NOT NULL,
    position BIGINT       NOT NULL,
    added_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (album_id, image_id),
    KEY ix_album_images_position (album_id, position),
    KEY ix_album_images_image (image_id),
    CONSTRAINT fk_album_images_album FOREIGN KEY (album_id) REFERENCES albums (id) ON DELETE CASCADE,
    CONSTRAINT fk_album_images_image FOREIGN KEY (image_id) REFERENCES captions (id) ON DELETE CASCADE
) ENGINE = InnoDB;
