-- Tokens of people for their scripts. token_hash: SHA-256 of the token, which is stored nowhere. scope: read, write or owner.
CREATE TABLE access_tokens (
    id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    token_hash   BINARY(32)   NOT NULL,
    person_id    BIGINT       NOT NULL,
    name         VARCHAR(100) NOT NULL,
    scope        VARCHAR(20)  NOT NULL,
    created_at   TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    expires_at   TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    last_used_at TIMESTAMP(3) NULL DEFAULT NULL,
    revoked_at   TIMESTAMP(3) NULL DEFAULT NULL,
    UNIQUE KEY ux_access_tokens_hash (token_hash),
    KEY ix_access_tokens_person (person_id),
    CONSTRAINT fk_access_tokens_person FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
