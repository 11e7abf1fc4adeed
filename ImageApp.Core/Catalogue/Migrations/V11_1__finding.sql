-- Rows without a result, or without all renditions, and rows with a reason are few among many: found by the first letter of what they lack, or have.
ALTER TABLE captions
    ADD KEY ix_captions_caption (caption(1)),
    ADD KEY ix_captions_thumbnail (thumbnail_key(1)),
    ADD KEY ix_captions_renditions_pending (renditions_pending),
    ADD KEY ix_captions_caption_error (caption_error(1)),
    ADD KEY ix_captions_thumbnail_error (thumbnail_error(1));
