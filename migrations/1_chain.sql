-- What the chain stage believes: the blocks it follows, the market's events, and what they add up to.
--
-- The same file serves SQLite and PostgreSQL. Numbers are BIGINT, ids and hashes are lower-case 0x text so that a person
-- can read and join them, raw logs are bytes. Times are the chain's Unix seconds.

-- One database serves one provider on one deployment. Rows of two would be told apart by nothing, so a second is refused.
-- `hash` is that of the deployment's block: a chain without it is another chain, however it calls itself. `claim_window` is
-- the contract's, in seconds; what a lease's events add up to depends on it.
CREATE TABLE deployment (
    one BIGINT NOT NULL,
    chain_id BIGINT NOT NULL,
    market TEXT NOT NULL,
    provider TEXT NOT NULL,
    block BIGINT NOT NULL,
    claim_window BIGINT NOT NULL,
    hash TEXT,
    CONSTRAINT deployment_pk PRIMARY KEY (one),
    CONSTRAINT deployment_is_one CHECK (one = 1)
);

-- The cursor: everything up to this block, and nothing after it, stands in the tables below. It moves in the transaction
-- that writes them. Its time is the chain's clock.
CREATE TABLE head (
    one BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    time BIGINT NOT NULL,
    CONSTRAINT head_pk PRIMARY KEY (one),
    CONSTRAINT head_is_one CHECK (one = 1)
);

-- The newest blocks, as deep as a reorg is expected to reach: where the chain and we last agreed is found among them.
CREATE TABLE blocks (
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    time BIGINT NOT NULL,
    CONSTRAINT blocks_pk PRIMARY KEY (number)
);

-- Each log of the market once. The key makes a second copy impossible whatever the node sends twice. `subject` is what
-- the event is about: a lease's id, a provider's address or an offer's number. `log` is the log as the chain has it
-- (topics, then data), so that every row below can be folded again when a block is undone.
CREATE TABLE events (
    block BIGINT NOT NULL,
    log_index BIGINT NOT NULL,
    time BIGINT NOT NULL,
    tx TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    log BYTEA NOT NULL,
    CONSTRAINT events_pk PRIMARY KEY (block, log_index)
);
CREATE INDEX events_by_subject ON events (subject, block, log_index);

-- A lease is the fold of its events, as JSON of the orchestrator's own type. `generation` grows with every change, also
-- when a reorg takes something back, so that whoever acted on an older one can tell. A lease whose opening was taken back
-- stays as `reverted`: that it is gone is knowledge, and its generation must not begin again.
CREATE TABLE leases (
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    generation BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    reverted BIGINT NOT NULL,
    CONSTRAINT leases_pk PRIMARY KEY (id),
    CONSTRAINT leases_closed_is_bool CHECK (closed IN (0, 1)),
    CONSTRAINT leases_reverted_is_bool CHECK (reverted IN (0, 1))
);
CREATE INDEX leases_by_provider ON leases (provider, closed);
CREATE INDEX leases_by_tenant ON leases (tenant, closed);

-- Folds of their events too.
CREATE TABLE offers (
    id BIGINT NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL,
    CONSTRAINT offers_pk PRIMARY KEY (id)
);
CREATE TABLE providers (
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    CONSTRAINT providers_pk PRIMARY KEY (address)
);

-- The roots that stand on chain, which is not the same as the roots that we posted.
CREATE TABLE roots (
    provider TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    root TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    block BIGINT NOT NULL,
    tx TEXT NOT NULL,
    CONSTRAINT roots_pk PRIMARY KEY (provider, epoch)
);
CREATE INDEX roots_by_block ON roots (block);
