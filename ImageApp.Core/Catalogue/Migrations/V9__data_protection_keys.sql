-- Keys that sign and encrypt cookies and sessions, shared by all instances. xml: as ASP.NET Core's data protection writes a key, its secret
-- encrypted with a key that is not in this database.
CREATE TABLE data_protection_keys (
    id         BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name       VARCHAR(200) NOT NULL,
    xml        TEXT         NOT NULL,
    created_at TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4;
