// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "./Currency.sol";

// What callers pass. Rates and prices are in the currency's base units, scaled by 1e12; times are Unix seconds.

/// The resources of one replica, or of a provider in total.
struct Shape {
    uint32 millicores;
    uint32 memoryMiB;
    uint32 diskMiB;
    uint16 gpus;
}

/// An offer's prices. The first four apply to every second in which a replica was healthy, the next three to metered
/// use.
struct PriceList {
    // slot 0: per second reserved
    uint80 millicore;
    uint80 memoryMiB;
    uint80 diskMiB;
    // slot 1: per GPU and second reserved; per CPU-second used; per MiB-second used
    uint80 gpu;
    uint80 cpuSecond;
    uint80 memoryMiBSecond;
    // slot 2: per MiB received or sent; the traffic of one replica that the reserved rate covers, in KiB per second
    uint80 networkMiB;
    uint32 networkKiBps;
}

/// A price list applied to one shape, fixed for the life of a lease.
struct Rates {
    uint104 reserved; // per replica and second: the upper bound of a replica's cost
    uint104 replicaSecond; // per healthy replica-second
    uint80 cpuSecond; // per CPU-second used
    uint80 memoryMiBSecond; // per MiB-second used
    uint80 networkMiB; // per MiB received or sent
}

/// The bounds within which a lease's replica count may follow demand.
struct LeasePolicy {
    uint16 minReplicas;
    uint16 maxReplicas; // at least 1
    uint8 target; // utilization to aim for, percent
    uint8 up; // utilization above which the provider may add replicas, percent; 100: never
    uint8 down; // utilization below which the provider may remove replicas, percent; 0: never
    uint16 cooldown; // seconds between a step of either side and the provider's next step
    uint8 step; // replicas that one step may add or remove
    uint8 headroom; // replicas beyond what proven demand justifies; from zero: the most that the provider may start
}

/// A tenant's request.
struct Order {
    Shape shape;
    uint16 replicas; // initial count
    LeasePolicy policy;
    uint104 maxRate; // budget: the highest rate that the whole lease may reserve under this policy
    bytes32 manifestHash; // keccak256 of the manifest's bytes
    uint64 salt; // distinguishes leases that agree in all other terms
}

/// What a lease agreed on for its whole life. The contract stores only its hash, as the lease's id; callers pass the
/// terms again.
/// The id is keccak256(abi.encode(orderHash, provider, currency, rates)), where orderHash is
/// keccak256(abi.encode(block.chainid, market, tenant, shape, manifestHash, salt)).
struct Terms {
    address tenant;
    address provider;
    Currency currency;
    Shape shape;
    Rates rates;
    bytes32 manifestHash;
    uint64 salt;
}

/// Cumulative counters of one lease since its opening. The lease's id is not a field: a leaf hashes the id and the
/// statement.
struct Statement {
    uint32 time; // the end of the epoch, in the chain's time
    uint64 replicaSeconds; // healthy replicas × seconds
    uint96 cpuNanos; // CPU time used
    uint128 memoryByteSeconds; // memory used × seconds
    uint96 networkBytes; // received and sent
    uint16 utilization; // CPU time used / CPU time of the healthy replicas since the previous statement, in basis points
}

/// What a settlement passes for one lease: a statement and the part of the terms that determines its price.
struct Claim {
    bytes32 orderHash; // hashes the id's fields other than provider, currency and rates; see `orderHashOf`
    Rates rates;
    Statement statement;
}

/// The contract's parameters, fixed at deployment.
struct Parameters {
    uint32 epochLength; // seconds within which a provider should post its next root
    uint32 rootSpacing; // minimum seconds between two roots of a provider
    uint32 challengeWindow; // age in seconds at which a root is mature
    uint32 claimWindow; // seconds after which an unproven reservation lapses to the tenant
    uint32 noticePeriod; // seconds of a provider's notice, and of reserved rate that a withdrawal leaves in the lease
    uint32 rootRing; // roots kept per provider
    uint32 exitDelay; // seconds between announcing an exit and the bond's return
    uint32 disputeWindow; // seconds in which the arbiters may rule a dispute
    uint16 missedEpochs; // epochs without a root after which anyone may report the provider
    uint16 graceBlocks; // blocks in which a reported provider may still post a root
    uint16 fraudShare; // share of the provider's bond that a fraud costs, in basis points
    uint96 minBond; // wei
    uint96 bondPerCore; // wei of bond beyond the minimum for each registered core, see `Bonds.units`
    uint96 creditPerCore; // wei of service credit for each core of a lease whose provider stopped posting roots
    uint96 bidDeposit; // wei that a bid locks until it is accepted or released
    uint96 disputeDeposit; // wei that a dispute's tenant deposits, and loses when the arbiters rule for the provider
    address arbiters; // the account that rules disputes and may stop intake
}

/// A step by a lease's provider: the new replica count and the statement that justifies it.
struct Step {
    Currency currency; // the lease's
    uint16 replicas;
    Claim claim;
    bytes32[] path; // the siblings from the statement's leaf up to the provider's newest root
}

/// An order on which providers bid.
struct AuctionOrder {
    address tenant;
    Currency currency;
    Order order; // its maxRate is the upper bound for bids
    uint32 bidUntil; // bids can be placed before this time
    uint32 acceptUntil; // bids can be accepted until this time
    bytes32[] attributes; // the attributes that a provider must have registered, at most 8
}

/// A provider's binding answer to an order: the prepared vote of a two-phase commit.
struct Bid {
    address provider;
    Rates rates; // for the order's shape
    uint32 expiry; // until when the provider's capacity is held; not before the order's bidUntil
}

/// An order and its winning bid.
struct Acceptance {
    AuctionOrder order;
    Bid bid;
}

/// A statement of a lease and its path to a root that the lease's provider posted.
struct Leaf {
    uint256 epoch;
    Statement statement;
    bytes32[] path;
}

/// The kinds of fraud that leaves alone prove.
enum Fraud {
    Excess, // one leaf: more than the lease could consume
    Growth, // two leaves: more growth than the lease could consume between them
    Fall, // two leaves: a counter fell
    Twins, // two leaves under one root: two statements of one lease
    Utilization // two leaves under successive roots: the counters contradict the stated utilization
}

/// What a bound account may do in one currency without consents.
struct Limit {
    Currency currency;
    uint104 rate; // highest rate that one lease may reserve; base units × 1e12 per second
    uint104 amount; // highest amount that one call may move in or out; base units
    uint112 exposure; // highest amount that may be in the market, paid in and not returned; base units
}

/// Which limit an action exceeds.
enum Bound {
    Rate,
    Amount,
    Exposure,
    Binding // the spending policy itself: every change needs consents
}

/// The consents of an account's approvers to one action.
struct Consents {
    uint256 nonce; // any number that the account has not used; nonces are unordered
    uint256 expiry; // until when the consents are valid
    address[] approvers; // all approvers in the account's spending policy
    bytes[] signatures; // in the order of their approvers: 65 bytes from a key; 20 bytes, the address of an approver that
    // consented by transaction; otherwise a contract's address followed by its EIP-1271 signature
}

/// Derived from a lease's state and the time, never stored.
enum Status {
    Unknown, // no lease was opened on these terms
    Active, // funded: replicas run and earn
    Exhausted, // what may be owed has reached the balance: the lease earns nothing more until a top-up
    Closed // nothing accrues; what was proven in time can still be settled
}

// What the contract stores.

struct Provider {
    // slot 0
    uint96 bond; // wei
    uint32 registeredAt; // 0: not registered
    uint32 epoch; // number of the newest root
    uint32 rootAt; // when it was posted
    uint32 exitAt; // when the bond may be withdrawn; 0: no exit announced
    uint16 attributes; // number of the current attribute set
    uint16 disputes; // open disputes
    // slot 1
    bytes32 sealingKey; // X25519 public key to which tenants seal secrets
    // slots 2 and after
    string endpoint; // URL of the provider's API
}

/// Separate from Provider, so that opening a lease touches one slot.
struct Capacity {
    // slot 0: the total, and the part of it that leases hold at their highest replica counts
    uint32 millicores;
    uint32 memoryMiB;
    uint32 diskMiB;
    uint16 gpus;
    uint32 heldMillicores;
    uint32 heldMemoryMiB;
    uint32 heldDiskMiB;
    uint16 heldGpus;
}

/// An offer as `offerOf` returns it.
struct Offer {
    address provider;
    bool open;
    Currency currency;
    PriceList prices;
}

/// An offer as stored: four slots instead of five, because every `take` reads them.
struct StoredOffer {
    // slot 0
    address provider;
    bool open;
    uint80 millicore;
    // slot 1
    Currency currency;
    uint80 memoryMiB;
    // slot 2
    uint80 diskMiB;
    uint80 gpu;
    uint80 cpuSecond;
    // slot 3
    uint80 memoryMiBSecond;
    uint80 networkMiB;
    uint32 networkKiBps;
}

/// The stored state of an order.
struct OrderState {
    // slot 0
    uint104 deposit; // base units held for the order
    uint8 bids; // live bids
    bool open; // neither accepted nor cancelled
    bool known; // was opened, even if it ended since
    bool bound; // its tenant was a bound account
}

/// The stored state of a bid.
struct BidState {
    // slot 0
    uint96 deposit; // wei
    bool live; // the provider's capacity is held
}

/// A bound account's limits in one currency, and its exposure.
struct Limits {
    // slot 0
    uint104 rate;
    uint104 amount;
    uint32 version; // of the spending policy that set them; under any other version every action needs consents
    // slot 1
    uint112 exposure; // the limit
    uint112 exposed; // what the account paid in and has not received back
}

/// A report that a provider stopped posting roots.
struct Outage {
    // slot 0
    uint32 epoch; // the provider's newest epoch at the report; a newer one ends the outage
    uint32 reportedAt;
    uint64 reportedBlock;
    bool confirmed;
}

struct Dispute {
    // slot 0
    uint96 deposit; // wei; 0: no open dispute
    uint32 until; // deadline of the ruling
    uint32 again; // when the lease can be disputed again
}

/// The money of a lease.
struct Account {
    // slot 0
    uint104 balance; // deposited, neither settled nor returned; base units
    uint104 paid; // settled since the opening; base units
    uint32 settledAt; // time of the newest settled statement, initially of the opening; 0: no such lease
    uint16 minReplicas; // of the LeasePolicy, stored here because Reservation has no room left; below 2^14
    bool bound; // a bound account opened it, so its money counts in that account's exposure (bit 254)
    bool frozen; // disputed: nothing is paid (bit 255)
}

/// The reservation of a lease. `integral` is ∫ rate dt from the opening to `since`, exact across every step, minus what
/// can no longer be claimed (see Accrual).
struct Reservation {
    // slot 0
    uint136 integral; // base units × 1e12
    uint32 since; // time of the last step, or the time up to which unproven reservation has lapsed
    uint16 replicas; // below 2^14; the field's highest bit is set while `since` is the opening
    uint16 maxReplicas; // 0: closed
    uint8 target;
    uint8 up;
    uint8 down;
    uint16 cooldown;
    uint8 step;
    uint8 headroom;
}

/// A posted root. A digest of 224 bits resists a second preimage and leaves room for the time in the same slot.
struct Root {
    bytes28 digest; // the first 28 bytes of the root
    uint32 postedAt;
}
