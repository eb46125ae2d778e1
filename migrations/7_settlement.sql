-- The outbox: every transaction of this provider, from the wish to finality.
--
-- prepared: wanted. sent: signed under a nonce and written here, then sent; whether the node has it is not known until it
-- is mined. mined: stands in a block that a reorg may still take back. final: no reorg is expected to reach it.
-- failed: could never have succeeded (then it has no nonce), or was reverted by the contract for good.
--
-- `key` says what the intent is for, so wanting something twice is one row. Amounts are decimal text: wei do not fit a
-- BIGINT. Times ending in _ms are this machine's, in Unix milliseconds.
CREATE TABLE intents (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    data BYTEA NOT NULL,
    value TEXT NOT NULL,
    state TEXT NOT NULL,
    nonce BIGINT,
    gas BIGINT NOT NULL,
    sent_at_ms BIGINT NOT NULL,
    block BIGINT,
    block_hash TEXT,
    tx TEXT,
    error TEXT,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    CONSTRAINT intents_pk PRIMARY KEY (key),
    CONSTRAINT intents_state_known CHECK (state IN ('prepared', 'sent', 'mined', 'final', 'failed')),
    CONSTRAINT intents_sent_has_nonce CHECK (state NOT IN ('sent', 'mined', 'final') OR nonce IS NOT NULL),
    CONSTRAINT intents_mined_has_block CHECK (state NOT IN ('mined', 'final') OR block_hash IS NOT NULL)
);
CREATE INDEX intents_by_state ON intents (state, created_at_ms);
CREATE INDEX intents_by_sending ON intents (sent_at_ms);

-- Every signed transaction of an intent: the first and those with a higher fee. Sending the same bytes again is harmless,
-- which is what makes an unknown outcome bearable; any of them may be the one that is mined.
CREATE TABLE attempts (
    tx TEXT NOT NULL,
    key TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    max_fee TEXT NOT NULL,
    priority_fee TEXT NOT NULL,
    raw BYTEA NOT NULL,
    signed_at_ms BIGINT NOT NULL,
    CONSTRAINT attempts_pk PRIMARY KEY (tx),
    CONSTRAINT attempts_of_intent FOREIGN KEY (key) REFERENCES intents (key) ON DELETE CASCADE
);
CREATE INDEX attempts_by_key ON attempts (key, signed_at_ms);
