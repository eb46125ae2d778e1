// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "./Currency.sol";

// What a caller states. Rates and prices are in the currency's base units scaled by 1e12; times are Unix seconds.

/// What one replica gets, or what a provider has in all.
struct Shape {
    uint32 millicores;
    uint32 memoryMiB;
    uint32 diskMiB;
    uint16 gpus;
}

/// An offer's prices. The first four are paid for every second in which a replica was healthy; the next three for what
/// the meters counted.
struct PriceList {
    // slot 0: per second reserved
    uint80 millicore;
    uint80 memoryMiB;
    uint80 diskMiB;
    // slot 1: per GPU and second reserved; per CPU-second used; per MiB-second used
    uint80 gpu;
    uint80 cpuSecond;
    uint80 memoryMiBSecond;
    // slot 2: per MiB received or sent; the traffic of one replica that the reserved rate has room for, in KiB a second
    uint80 networkMiB;
    uint32 networkKiBps;
}

/// A price list applied to one shape: fixed for the life of a lease.
struct Rates {
    uint104 reserved; // per replica and second: the most that a replica can cost
    uint104 replicaSecond; // per healthy replica-second
    uint80 cpuSecond; // per CPU-second used
    uint80 memoryMiBSecond; // per MiB-second used
    uint80 networkMiB; // per MiB received or sent
}

/// How capacity may follow demand.
struct LeasePolicy {
    uint16 minReplicas;
    uint16 maxReplicas; // at least 1
    uint8 target; // utilization to aim for, percent
    uint8 up; // utilization above which to add replicas, percent; 100: the provider never may
    uint8 down; // utilization below which to remove replicas, percent; 0: the provider never may
    uint16 cooldown; // seconds from any step to the next one that the provider takes
    uint8 step; // replicas that one step may add or remove
    uint8 headroom; // replicas beyond what the proven demand justifies; from zero all that a provider may wake
}

/// A tenant's request.
struct Order {
    Shape shape;
    uint16 replicas; // to begin with
    LeasePolicy policy;
    uint104 maxRate; // budget: the highest rate that the whole lease may reserve under this policy
    bytes32 manifestHash; // keccak256 of the manifest's bytes
    uint64 salt; // tells apart two leases that are alike
}

/// What a lease agreed on for its whole life. Only its hash is stored, as the lease's id; callers state it again.
/// The id is keccak256(abi.encode(orderHash, provider, currency, rates)) with an orderHash of
/// keccak256(abi.encode(chain's id, market, tenant, shape, manifestHash, salt)).
struct Terms {
    address tenant;
    address provider;
    Currency currency;
    Shape shape;
    Rates rates;
    bytes32 manifestHash;
    uint64 salt;
}

/// Cumulative counters of one lease since it was opened. Together with the lease's id it is a statement.
struct Statement {
    uint32 time; // the end of the epoch, in the chain's time
    uint64 replicaSeconds; // healthy replicas × seconds
    uint96 cpuNanos; // CPU time used
    uint128 memoryByteSeconds; // memory used × seconds
    uint96 networkBytes; // received and sent
    uint16 utilization; // CPU used of the CPU that healthy replicas had since the statement before, in basis points
}

/// What settling states of one lease: a statement, and as much of the terms as its price needs.
struct Claim {
    bytes32 orderHash; // what the lease's id says beside its provider, currency and rates; see `orderHashOf`
    Rates rates;
    Statement statement;
}

/// The contract's parameters, fixed at deployment.
struct Parameters {
    uint32 epochLength; // seconds within which a provider should post its next root
    uint32 rootSpacing; // seconds that must lie between two roots of a provider
    uint32 challengeWindow; // age in seconds at which a root has matured
    uint32 claimWindow; // seconds after which a reservation that nobody proved lapses back to the tenant
    uint32 noticePeriod; // seconds of money that a withdrawal leaves, and of notice that a provider gives
    uint32 rootRing; // roots kept per provider
    uint32 exitDelay; // seconds from announcing an exit to the bond's return
    uint32 disputeWindow; // seconds in which the arbiters may rule a dispute
    uint16 missedEpochs; // epochs without a root after which a provider may be reported
    uint16 graceBlocks; // blocks that a reported provider has to post a root
    uint16 fraudShare; // basis points of its bond that a fraud costs
    uint96 minBond; // wei
    uint96 bondPerCore; // wei of bond beyond the minimum for each registered core, see `Bonds.units`
    uint96 creditPerCore; // wei of service credit for each core of a lease whose provider fell silent
    uint96 bidDeposit; // wei that a bid leaves until it is released
    uint96 disputeDeposit; // wei that a dispute costs its tenant unless it wins
    address arbiters; // the account that rules disputes and may stop intake
}

/// A step of a lease's provider: the count to move to, and the statement that justifies it.
struct Step {
    Currency currency; // the lease's
    uint16 replicas;
    Claim claim;
    bytes32[] path; // the siblings from the statement's leaf up to the provider's newest root
}

/// An order that providers bid on.
struct AuctionOrder {
    address tenant;
    Currency currency;
    Order order; // its maxRate is what bids must stay within
    uint32 bidUntil; // bids are taken before this time
    uint32 acceptUntil; // and can be accepted until this one
    bytes32[] attributes; // what a provider must have registered, at most 8
}

/// A provider's binding answer to an order: the prepared vote of a two-phase commit.
struct Bid {
    address provider;
    Rates rates; // for the order's shape
    uint32 expiry; // until when the provider holds its capacity for it; not before the order's bidUntil
}

/// One order and the bid that wins it.
struct Acceptance {
    AuctionOrder order;
    Bid bid;
}

/// A statement of a lease with the path to a root that the lease's provider posted.
struct Leaf {
    uint256 epoch;
    Statement statement;
    bytes32[] path;
}

/// What leaves alone can prove against their provider.
enum Fraud {
    Excess, // one leaf: more than its lease could consume
    Growth, // two leaves: more than could be consumed between them
    Fall, // two leaves: a counter fell
    Twins, // two leaves under one root: two statements of one lease
    Utilization // two leaves under successive roots: a utilization that their counters contradict
}

/// What a bound account may do in one currency without its approvers.
struct Limit {
    Currency currency;
    uint104 rate; // highest rate that one lease may come to reserve; base units × 1e12 a second
    uint104 amount; // most that one call may move in or out; base units
    uint112 exposure; // most that may be in the market and not have come back; base units
}

/// Which limit an action exceeds.
enum Bound {
    Rate,
    Amount,
    Exposure,
    Binding // to what the account is bound: no change is within a limit
}

/// How an action is consented to.
struct Consents {
    uint256 nonce; // any number that the account has not used: there is no queue
    uint256 expiry; // until when the consents hold
    address[] approvers; // all of the account's, as it bound itself to them
    bytes[] signatures; // in the order of their approvers: 65 bytes by a key; 20 bytes, the address of an approver that has
    // consented by transaction; else the address of a contract and what it accepts by EIP-1271
}

/// Derived from a lease's state and the time, never stored.
enum Status {
    Unknown, // no lease was opened on these terms
    Active, // funded: replicas may run and earn
    Exhausted, // what may be owed has reached the balance: nothing more can be earned until a top-up
    Closed // nothing more accrues; what was proven in time may still be settled
}

// What the contract stores.

struct Provider {
    // slot 0
    uint96 bond; // wei
    uint32 registeredAt; // 0: not registered
    uint32 epoch; // number of the newest root
    uint32 rootAt; // when it was posted
    uint32 exitAt; // when the bond may leave; 0: no exit announced
    uint16 attributes; // number of the set of attributes in force
    uint16 disputes; // that wait for a ruling
    // slot 1
    bytes32 sealingKey; // X25519 public key to which tenants seal secrets
    // slots 2 and after
    string endpoint; // where the provider's API answers
}

/// Kept apart from Provider, so that opening a lease touches one slot.
struct Capacity {
    // slot 0: what there is, and what leases hold of it at their highest replica counts
    uint32 millicores;
    uint32 memoryMiB;
    uint32 diskMiB;
    uint16 gpus;
    uint32 heldMillicores;
    uint32 heldMemoryMiB;
    uint32 heldDiskMiB;
    uint16 heldGpus;
}

/// An offer as the market tells it.
struct Offer {
    address provider;
    bool open;
    Currency currency;
    PriceList prices;
}

/// An offer as it is stored: in four slots instead of five, which every `take` reads.
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

/// What is left of an order in storage.
struct OrderState {
    // slot 0
    uint104 deposit; // base units that wait in the market
    uint8 bids; // that hold a place
    bool open; // not accepted, not cancelled
    bool known; // opened once
    bool bound; // its tenant was a bound account
}

/// What is left of a bid in storage.
struct BidState {
    // slot 0
    uint96 deposit; // wei
    bool live; // holds its provider's capacity
}

/// What a bound account's actions are measured against.
struct Limits {
    // slot 0
    uint104 rate;
    uint104 amount;
    uint32 version; // of the policy that set them; of another: there are no limits, and all needs consent
    // slot 1
    uint112 exposure; // the limit
    uint112 exposed; // what the account put in and has not got back
}

/// A report that a provider has stopped posting roots.
struct Outage {
    // slot 0
    uint32 epoch; // the provider's newest when it was reported; a newer one ends it
    uint32 reportedAt;
    uint64 reportedBlock;
    bool confirmed;
}

struct Dispute {
    // slot 0
    uint96 deposit; // wei; 0: none is open
    uint32 until; // the arbiters' deadline
    uint32 again; // from when on the lease may be disputed again
}

/// The money of a lease.
struct Account {
    // slot 0
    uint104 balance; // deposited, and neither settled nor returned; base units
    uint104 paid; // settled since the lease was opened; base units
    uint32 settledAt; // time of the newest settled statement; when opened: the opening; 0: no such lease
    uint16 minReplicas; // a field of Policy that found room here, below 2^14
    bool bound; // opened by a bound account, whose exposure its money is (bit 254)
    bool frozen; // disputed: nothing of it is paid (bit 255)
}

/// The reservation of a lease. `integral` is ∫ rate dt from the opening to `since`, exact across every step, less what can
/// never be claimed any more (see Accrual).
struct Reservation {
    // slot 0
    uint136 integral; // base units × 1e12
    uint32 since; // time of the last step, or to which unproven time has lapsed
    uint16 replicas; // below 2^14; the field's highest bit says that `since` is the opening
    uint16 maxReplicas; // 0: closed
    uint8 target;
    uint8 up;
    uint8 down;
    uint16 cooldown;
    uint8 step;
    uint8 headroom;
}

/// A posted root. 224 bits of a hash leave nobody a second preimage, and root and time share a slot.
struct Root {
    bytes28 digest; // the first 28 bytes of the root
    uint32 postedAt;
}
