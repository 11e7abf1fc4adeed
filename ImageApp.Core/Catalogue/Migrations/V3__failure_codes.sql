-- Why there is no result, as a code beside its text: what decides by it never reads the text. A row of an older version has the text alone.
ALTER TABLE captions
    ADD COLUMN caption_error_code   VARCHAR(40) NULL,
    ADD COLUMN thumbnail_error_code VARCHAR(40) NULL;
