-- What the feed and the books are read from, beside what other stages wrote for themselves.

-- Events of a name, such as every slash, whatever they are about.
CREATE INDEX events_by_name ON events (name, block, log_index);

-- What the provider's wallet had when settlement last looked, in wei. One row; the time is this machine's, in Unix
-- milliseconds.
CREATE TABLE wallet (
    one BIGINT NOT NULL,
    balance TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    CONSTRAINT wallet_pk PRIMARY KEY (one),
    CONSTRAINT wallet_is_one CHECK (one = 1)
);
