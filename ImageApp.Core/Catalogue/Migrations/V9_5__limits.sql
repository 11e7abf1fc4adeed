-- deletion_final: the gallery itself has deleted the objects, so that what an open grant puts under the key afterwards is no picture.
-- asked_again_at: when a person last asked for thumbnail and caption to be made again.
ALTER TABLE captions
    ADD COLUMN deletion_final TINYINT(1)   NOT NULL DEFAULT 0,
    ADD COLUMN asked_again_at TIMESTAMP(3) NULL DEFAULT NULL;
