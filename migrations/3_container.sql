-- What the container stage knows: what tenants want run, what it was resolved to, and what the engine showed.

-- The tenant's Compose file, byte for byte: its keccak256 is the lease's manifest hash. Written by the API, which has
-- checked hash and signature; read by the stage, which checks the hash again.
CREATE TABLE manifests (
    lease TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    CONSTRAINT manifests_pk PRIMARY KEY (lease)
);

-- A tag is resolved once in a lease's life. What it pointed to then is what runs, however often it is started.
CREATE TABLE images (
    lease TEXT NOT NULL,
    reference TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT,
    CONSTRAINT images_pk PRIMARY KEY (lease, reference)
);

-- The engine's containers as they were last seen; never what we meant them to be. `ports` is a JSON object from the
-- container's port to the host's address, `address` the container's own in the lease's network. Times are the machine's Unix milliseconds.
CREATE TABLE containers (
    lease TEXT NOT NULL,
    service TEXT NOT NULL,
    replica BIGINT NOT NULL,
    container_id TEXT NOT NULL,
    image TEXT NOT NULL,
    state TEXT NOT NULL,
    health TEXT,
    started_at_ms BIGINT NOT NULL,
    exit_code BIGINT,
    ports TEXT NOT NULL,
    address TEXT,
    CONSTRAINT containers_pk PRIMARY KEY (lease, replica, service)
);

-- Failures in a row, by what was tried (`image app:1`, `make`, `start 0 web`), so that a pause between attempts outlives
-- the process.
CREATE TABLE container_attempts (
    lease TEXT NOT NULL,
    subject TEXT NOT NULL,
    failures BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    reason TEXT,
    CONSTRAINT container_attempts_pk PRIMARY KEY (lease, subject)
);

-- How each lease stands, in one word and with the reason. `exhausted_at` is in the chain's seconds, because the grace
-- period is about money; the others are the machine's milliseconds.
CREATE TABLE progress (
    lease TEXT NOT NULL,
    standing TEXT NOT NULL,
    reason TEXT,
    found_at_ms BIGINT NOT NULL,
    running_at_ms BIGINT,
    exhausted_at BIGINT,
    CONSTRAINT progress_pk PRIMARY KEY (lease)
);
CREATE INDEX progress_by_standing ON progress (standing);
