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
struct Policy {
    uint16 minReplicas;
    uint16 maxReplicas; // at least 1
    uint8 target; // utilization to aim for, percent
    uint8 up; // utilization above which to add replicas, percent
    uint8 down; // utilization below which to remove replicas, percent
    uint16 cooldown; // seconds between two steps that the provider takes
    uint8 step; // replicas that one step may add or remove
    uint8 headroom; // replicas beyond what the proven demand justifies
}

/// A tenant's request.
struct Order {
    Shape shape;
    uint16 replicas; // to begin with
    Policy policy;
    uint104 maxRate; // budget: the highest rate that the whole lease may ever reserve
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
struct Usage {
    uint32 time; // the end of the epoch, in the chain's time
    uint64 replicaSeconds; // healthy replicas × seconds
    uint96 cpuNanos; // CPU time used
    uint128 memoryByteSeconds; // memory used × seconds
    uint96 networkBytes; // received and sent
    uint16 utilization; // of the reserved CPU during the last epoch, in basis points
}

/// What settling states of one lease: a statement, and as much of the terms as its price needs.
struct Claim {
    bytes32 orderHash; // what the lease's id says beside its provider, currency and rates; see `orderHashOf`
    Rates rates;
    Usage usage;
}

/// The contract's parameters, fixed at deployment.
struct Parameters {
    uint32 epochLength; // seconds within which a provider should post its next root
    uint32 rootSpacing; // seconds that must lie between two roots of a provider
    uint32 challengeWindow; // age in seconds at which a root has matured
    uint32 claimWindow; // seconds after which a reservation that nobody proved lapses back to the tenant
    uint32 noticePeriod; // seconds of money that a withdrawal leaves, and of notice that a provider gives
    uint32 rootRing; // roots kept per provider
    uint96 minBond; // wei
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

struct Offer {
    // slot 0
    address provider;
    bool open;
    // slot 1
    Currency currency;
    // slots 2 to 4
    PriceList prices;
}

/// The money of a lease.
struct Account {
    // slot 0
    uint104 balance; // deposited, and neither settled nor returned; base units
    uint104 paid; // settled since the lease was opened; base units
    uint32 settledAt; // time of the newest settled statement; when opened: the opening; 0: no such lease
    uint16 minReplicas; // a field of Policy that found room here
}

/// The reservation of a lease. `integral` is ∫ rate dt from the opening to `since`, exact across every step, less what can
/// never be claimed any more (see Accrual).
struct Reservation {
    // slot 0
    uint136 integral; // base units × 1e12
    uint32 since; // time of the last step, or to which unproven time has lapsed
    uint16 replicas;
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
