-- How capacity follows demand: what was seen, what was decided about it, and what came of it.

-- Where each lease stands, as JSON: what its policy saw last, wished and was granted, and why; the same of the policy that
-- decides beside it. `hurry`: the newest proof does not show what the meters show, so the next is to come early.
CREATE TABLE scaling (
    lease TEXT NOT NULL,
    hurry BIGINT NOT NULL,
    ruling TEXT NOT NULL,
    shadow TEXT,
    CONSTRAINT scaling_pk PRIMARY KEY (lease),
    CONSTRAINT scaling_hurry_is_bool CHECK (hurry IN (0, 1))
);

-- Rulings that differ from the one before, as JSON. Old ones go. Times are the machine's Unix milliseconds.
CREATE TABLE rulings (
    lease TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    ruling TEXT NOT NULL,
    CONSTRAINT rulings_pk PRIMARY KEY (lease, at_ms)
);

-- What policies saw, as JSON, evenly spaced: from it a policy learns anew after a restart, and tenants take their traces.
CREATE TABLE demand (
    lease TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    seen TEXT NOT NULL,
    CONSTRAINT demand_pk PRIMARY KEY (lease, at_ms)
);
