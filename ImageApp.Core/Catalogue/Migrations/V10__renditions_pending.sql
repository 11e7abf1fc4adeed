-- Whether a picture that has its thumbnail still waits for the renditions beside it. An older version makes all of them at once, and leaves
-- the column as it is.
ALTER TABLE captions ADD COLUMN renditions_pending TINYINT(1) NOT NULL DEFAULT 0;
