-- The outbox: every transaction that this provider wants, from the wish to finality.
--
-- prepared: wanted; it has no nonce. sent: signed under a nonce and written down here, then sent; whether a node has it is
-- not known until it stands in a block. mined: in a block that a reorg may still take back, with its error when the
-- contract reverted it. final: no reorg is expected to reach it. failed: it could only have failed, and has no nonce, or it
-- was reverted for good. Only a failed intent may be wanted anew, because nothing that it signed can have an effect later.
--
-- `key` says what the intent is for, so wanting something twice is one row. `gas` is the limit that was signed and, once
-- mined, what was used. Amounts are decimal text: wei do not fit a BIGINT. Times ending in _ms are this machine's, in Unix
-- milliseconds: a chain that stands still must not stop a replacement.
CREATE TABLE intents (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    data BYTEA NOT NULL,
    value TEXT NOT NULL,
    state TEXT NOT NULL,
    nonce BIGINT,
    gas BIGINT NOT NULL,
    block BIGINT,
    block_hash TEXT,
    tx TEXT,
    error TEXT,
    created_at_ms BIGINT NOT NULL,
    signed_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    CONSTRAINT intents_pk PRIMARY KEY (key),
    CONSTRAINT intents_state_known CHECK (state IN ('prepared', 'sent', 'mined', 'final', 'failed')),
    CONSTRAINT intents_sent_has_nonce CHECK (state NOT IN ('sent', 'mined', 'final') OR nonce IS NOT NULL),
    CONSTRAINT intents_mined_has_block CHECK (state NOT IN ('mined', 'final') OR block_hash IS NOT NULL)
);
CREATE INDEX intents_by_state ON intents (state, created_at_ms);
CREATE INDEX intents_by_kind ON intents (kind, created_at_ms);
CREATE INDEX intents_by_signing ON intents (signed_at_ms);

-- Every signed transaction of an intent: the first, and those with a higher fee. The same bytes may be sent any number of
-- times, which is what makes an unknown outcome bearable; any of an intent's sendings may be the one that is mined.
CREATE TABLE sendings (
    tx TEXT NOT NULL,
    key TEXT NOT NULL,
    max_fee TEXT NOT NULL,
    priority_fee TEXT NOT NULL,
    raw BYTEA NOT NULL,
    sent_at_ms BIGINT NOT NULL,
    CONSTRAINT sendings_pk PRIMARY KEY (tx),
    CONSTRAINT sendings_of_intent FOREIGN KEY (key) REFERENCES intents (key) ON DELETE CASCADE
);
CREATE INDEX sendings_by_key ON sendings (key, sent_at_ms);
