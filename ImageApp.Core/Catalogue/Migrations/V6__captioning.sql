-- caption_language: the BCP 47 tag that was asked for. caption_shortened: the model had more to say than fitted. caption_again: the caption
-- stays until the model that is configured now has written another.
ALTER TABLE captions
    ADD COLUMN caption_language  VARCHAR(35) NULL,
    ADD COLUMN caption_shortened TINYINT(1)  NOT NULL DEFAULT 0,
    ADD COLUMN caption_again     TINYINT(1)  NOT NULL DEFAULT 0,
    ADD KEY ix_captions_again (caption_again, id),
    ADD KEY ix_captions_model (caption_model);
