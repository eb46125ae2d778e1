-- What people hand over for each other to read: actions that wait for consents, and what a dispute names as its evidence.
-- The API writes all of it, and no stage reads it. Nothing in it has an effect: a consent counts when the contract has it.

-- An action of a bound account, as its approvers sign it. The digest is computed here and not taken from anybody. `says` is a
-- JSON array of the proposer's words. `call` is what the market would be called with, `value` wei, `nonce` and `version`
-- decimal text; `expiry` is in the chain's seconds, after which the row goes. `created_at_ms` is the provider's clock.
CREATE TABLE proposals (
    digest TEXT NOT NULL,
    account TEXT NOT NULL,
    proposer TEXT NOT NULL,
    says TEXT NOT NULL,
    call BYTEA NOT NULL,
    value TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expiry BIGINT NOT NULL,
    version TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    CONSTRAINT proposals_pk PRIMARY KEY (digest)
);
CREATE INDEX proposals_by_account ON proposals (account);
CREATE INDEX proposals_by_proposer ON proposals (proposer);
CREATE INDEX proposals_by_expiry ON proposals (expiry);

-- Whom the proposer asks: approvers of the account, each with the signature by which it consented.
CREATE TABLE asked (
    digest TEXT NOT NULL,
    approver TEXT NOT NULL,
    signature BYTEA,
    CONSTRAINT asked_pk PRIMARY KEY (digest, approver),
    CONSTRAINT asked_about_proposal FOREIGN KEY (digest) REFERENCES proposals (digest) ON DELETE CASCADE
);
CREATE INDEX asked_by_approver ON asked (approver);

-- The bytes that hash to what an open dispute named when they came.
CREATE TABLE evidence (
    hash TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    CONSTRAINT evidence_pk PRIMARY KEY (hash)
);
