-- What leases used. Counters are cumulative since the lease was opened; the chain pays for their growth.

-- The newest totals of each lease and the raw counters from which the next sample continues, as JSON; both in one row, so
-- that nothing is counted twice after a crash. `final`: the containers are gone and nothing will be added.
CREATE TABLE meters (
    lease TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    replica_millis BIGINT NOT NULL,
    cpu_nanos BIGINT NOT NULL,
    memory_byte_seconds TEXT NOT NULL,
    network_bytes BIGINT NOT NULL,
    raw TEXT NOT NULL,
    final BIGINT NOT NULL,
    CONSTRAINT meters_pk PRIMARY KEY (lease),
    CONSTRAINT meters_final_is_bool CHECK (final IN (0, 1))
);

-- Every sample, append only; old ones are thinned by age. Memory outgrows either database's numbers and is decimal text.
CREATE TABLE samples (
    lease TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    replica_millis BIGINT NOT NULL,
    cpu_nanos BIGINT NOT NULL,
    memory_byte_seconds TEXT NOT NULL,
    network_bytes BIGINT NOT NULL,
    CONSTRAINT samples_pk PRIMARY KEY (lease, at_ms)
);
