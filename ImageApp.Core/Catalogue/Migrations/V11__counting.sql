-- What counts pictures by month reads an index and no rows; what sorts by these times goes on as before. purged_at: rows to remove are found
-- without looking through the trash.
ALTER TABLE captions
    DROP KEY ix_captions_shown,
    DROP KEY ix_captions_uploaded,
    ADD KEY ix_captions_shown (shown_at, id, deleted_at),
    ADD KEY ix_captions_uploaded (uploaded_at, id, deleted_at),
    ADD KEY ix_captions_purged (purged_at, id);
