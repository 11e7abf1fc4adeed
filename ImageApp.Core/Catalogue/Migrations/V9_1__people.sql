-- Who has signed in. subject_hash: SHA-256 of issuer and subject, which together name a person. role: what the identity provider said last;
-- NULL for none. seen_at: when it said so.
CREATE TABLE people (
    id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    subject_hash BINARY(32)   NOT NULL,
    name         VARCHAR(200) NOT NULL,
    role         VARCHAR(20)  NULL,
    seen_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    UNIQUE KEY ux_people_subject (subject_hash)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
