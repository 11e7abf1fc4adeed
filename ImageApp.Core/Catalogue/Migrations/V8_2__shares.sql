-- Links to one picture or one album, for whoever has them. token_hash: SHA-256 of the link's random part, which is stored nowhere.
-- password_hash: PBKDF2 with its salt and its cost; NULL without a password. guesses: passwords tried since guesses_since.
CREATE TABLE shares (
    id            BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    token_hash    BINARY(32)    NOT NULL,
    image_id      BIGINT        NULL,
    album_id      BIGINT        NULL,
    password_hash VARBINARY(64) NULL,
    created_at    TIMESTAMP(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires_at    TIMESTAMP(3)  NULL DEFAULT NULL,
    revoked_at    TIMESTAMP(3)  NULL DEFAULT NULL,
    guesses       INT           NOT NULL DEFAULT 0,
    guesses_since TIMESTAMP(3)  NULL DEFAULT NULL,
    UNIQUE KEY ux_shares_token (token_hash),
    KEY ix_shares_image (image_id),
    KEY ix_shares_album (album_id),
    CONSTRAINT fk_shares_image FOREIGN KEY (image_id) REFERENCES captions (id) ON DELETE CASCADE,
    CONSTRAINT fk_shares_album FOREIGN KEY (album_id) REFERENCES albums (id) ON DELETE CASCADE
) ENGINE = InnoDB;
