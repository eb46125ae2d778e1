-- What this provider stated. An epoch, its statements and the intent to post its root are written in one transaction, so
-- a root on chain always has its leaves here.
CREATE TABLE epochs (
    epoch BIGINT NOT NULL,
    root TEXT NOT NULL,
    closed_at BIGINT NOT NULL,
    CONSTRAINT epochs_pk PRIMARY KEY (epoch)
);

-- Cumulative usage of one lease at the end of an epoch. `usage` is JSON of the contract's struct: its counters are wider
-- than either database's numbers. `time` is the struct's, so that the newest can be found without reading it.
CREATE TABLE statements (
    epoch BIGINT NOT NULL,
    lease TEXT NOT NULL,
    time BIGINT NOT NULL,
    usage TEXT NOT NULL,
    leaf TEXT NOT NULL,
    CONSTRAINT statements_pk PRIMARY KEY (epoch, lease),
    CONSTRAINT statements_of_epoch FOREIGN KEY (epoch) REFERENCES epochs (epoch) ON DELETE CASCADE
);
CREATE INDEX statements_by_lease ON statements (lease, epoch);
