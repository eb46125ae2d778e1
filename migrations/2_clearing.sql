-- Orders that providers bid on, as the chain tells them, and what this provider decided about each.

-- An order with the bids on it is the fold of its events, as JSON of the orchestrator's own type; written by the chain
-- stage, like leases. `generation` grows with every change, also when a reorg takes something back. An order whose opening
-- was taken back stays as `reverted`, because a bid on it may still be on its way.
CREATE TABLE orders (
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    generation BIGINT NOT NULL,
    bid_until BIGINT NOT NULL,
    open BIGINT NOT NULL,
    reverted BIGINT NOT NULL,
    CONSTRAINT orders_pk PRIMARY KEY (id),
    CONSTRAINT orders_open_is_bool CHECK (open IN (0, 1)),
    CONSTRAINT orders_reverted_is_bool CHECK (reverted IN (0, 1))
);
CREATE INDEX orders_by_open ON orders (open, bid_until);

-- This provider's newest decision on each order: a bid (JSON of the contract's struct, with its id), or the reason why there
-- is none. What became of the bid is not said here: the order, the intent and the reservation say it. `settled` is the
-- order's generation at which nothing was left to do; when the order changes after all, it is looked at again. Times are
-- this machine's, in Unix milliseconds.
CREATE TABLE decisions (
    order_id TEXT NOT NULL,
    bid_id TEXT,
    bid TEXT,
    reason TEXT,
    decided_at_ms BIGINT NOT NULL,
    settled BIGINT,
    CONSTRAINT decisions_pk PRIMARY KEY (order_id),
    CONSTRAINT decisions_are_one_thing CHECK ((bid IS NULL) <> (reason IS NULL) AND (bid IS NULL) = (bid_id IS NULL))
);

-- Inventory that bids on their way will hold. A row is written with the decision and its intent, in one transaction, and
-- goes when the chain shows the bid, which then holds the capacity itself, or when the bid can no longer come.
CREATE TABLE reservations (
    order_id TEXT NOT NULL,
    millicores BIGINT NOT NULL,
    memory_mib BIGINT NOT NULL,
    disk_mib BIGINT NOT NULL,
    gpus BIGINT NOT NULL,
    CONSTRAINT reservations_pk PRIMARY KEY (order_id),
    CONSTRAINT reservations_of_decision FOREIGN KEY (order_id) REFERENCES decisions (order_id) ON DELETE CASCADE
);

-- What the contract said of this provider's capacity at a block: JSON of its struct; and whether the market's intake was
-- open. One row, the newest.
CREATE TABLE inventory (
    one BIGINT NOT NULL,
    block BIGINT NOT NULL,
    capacity TEXT NOT NULL,
    intake_open BIGINT NOT NULL,
    CONSTRAINT inventory_pk PRIMARY KEY (one),
    CONSTRAINT inventory_is_one CHECK (one = 1),
    CONSTRAINT inventory_intake_is_bool CHECK (intake_open IN (0, 1))
);
