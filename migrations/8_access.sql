-- Who may look inside a lease, and who did. The API writes all of it. Times are the provider's clock: Unix milliseconds, but
-- for a grant's, which are the seconds that the tenant signed.

-- What a message has to carry to sign in: used once, by deleting it.
CREATE TABLE nonces (
    nonce TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    CONSTRAINT nonces_pk PRIMARY KEY (nonce)
);

-- Who is signed in. The token itself is with its owner alone; here is its SHA-256.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL,
    address TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    CONSTRAINT sessions_pk PRIMARY KEY (token_hash)
);

-- Whom a lease's tenant lets look inside. `revoked_at`: what was signed up to then stays refused, so the row outlives the grant.
CREATE TABLE grants (
    lease TEXT NOT NULL,
    grantee TEXT NOT NULL,
    scope TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expiry BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    CONSTRAINT grants_pk PRIMARY KEY (lease, grantee),
    CONSTRAINT grants_scope_is_known CHECK (scope IN ('view', 'logs', 'shell'))
);

-- Every look inside, written before it is answered. `id` is drawn at random: two looks may share a millisecond.
CREATE TABLE accesses (
    id TEXT NOT NULL,
    lease TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    CONSTRAINT accesses_pk PRIMARY KEY (id)
);
CREATE INDEX accesses_by_lease ON accesses (lease, at_ms);
CREATE INDEX accesses_by_time ON accesses (at_ms);

-- Shells that were made and have not been seen to end, written before they start: what a process leaves when it dies, the
-- next one ends. `marker` stands in the environment of all that a shell starts.
CREATE TABLE shells (
    exec_id TEXT NOT NULL,
    container_id TEXT NOT NULL,
    marker TEXT NOT NULL,
    CONSTRAINT shells_pk PRIMARY KEY (exec_id)
);
