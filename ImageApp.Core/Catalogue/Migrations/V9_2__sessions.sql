-- Browsers that are signed in. key_hash: SHA-256 of what the cookie holds. ticket: encrypted. checked_at: when the identity provider last
-- confirmed the person; claimed_at: when an instance last took it upon itself to ask.
CREATE TABLE sessions (
    key_hash   BINARY(32)   NOT NULL PRIMARY KEY,
    person_id  BIGINT       NOT NULL,
    ticket     MEDIUMBLOB   NOT NULL,
    checked_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    claimed_at TIMESTAMP(3) NULL DEFAULT NULL,
    expires_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    KEY ix_sessions_expires (expires_at),
    KEY ix_sessions_person (person_id),
    CONSTRAINT fk_sessions_person FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
) ENGINE = InnoDB;
