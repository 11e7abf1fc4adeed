-- What all instances know of captions as a whole: one row. settings: a hash of what captions are written with. model: NULL while none is
-- configured. answered_as: the name that the model's answers carry. paused_until: a quota is used up until then. asked: how often the model
-- was asked on that day (UTC). again_total: how many pictures were to be described again.
CREATE TABLE captioning (
    id           TINYINT       NOT NULL PRIMARY KEY,
    settings     BINARY(32)    NULL,
    model        VARCHAR(255)  NULL,
    answered_as  VARCHAR(255)  NULL,
    max_per_day  INT           NULL,
    paused_until TIMESTAMP(3)  NULL DEFAULT NULL,
    pause_reason VARCHAR(1000) NULL,
    asked_on     DATE          NULL,
    asked        INT           NOT NULL DEFAULT 0,
    again_total  INT           NOT NULL DEFAULT 0,
    hint_seen    TINYINT(1)    NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4;
