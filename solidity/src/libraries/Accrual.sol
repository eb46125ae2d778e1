// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {LeasePolicy, PriceList, Rates, Shape, Statement} from "../types/DataTypes.sol";
import {ReservationWord} from "../types/Words.sol";

/// The money functions: pure, so that they can be proven. Rates and integrals are base units × 1e12.
///
/// With R(t) the reserved integral, P the price of the cumulative counters, and D the sum of all deposits, a provider
/// is paid min(P, R, D) in total, rounded down. This depends on the newest statement alone, so neither the number nor
/// the order of settlements changes it.
///
/// R only loses what can no longer be earned, in whole base units so that no fraction is lost with it:
/// - a step (a new replica count) drops what settled statements left unclaimed before it, because the contract keeps
///   one point of the curve and the tenant may already have withdrawn that money. The fraction of a unit in which the
///   price of those statements ended is dropped too: a step after a settlement may cost the provider one base unit,
///   never more;
/// - what was reserved before the claim window and is in no settled statement lapses.
library Accrual {
    uint256 internal constant SCALE = 1e12;
    uint256 internal constant NANOS = 1e9;
    uint256 internal constant MIB = 1 << 20;
    uint256 internal constant MOST_REPLICAS = 1 << 14;

    /// Applies a price list to a shape. The reserve is the most that a replica can use: all its CPU, all its memory,
    /// and the offer's traffic allowance. Parts of a unit round up, so that the reserve covers the price.
    function rates(PriceList memory prices, Shape memory shape) internal pure returns (Rates memory) {
        uint256 replicaSecond = uint256(prices.millicore) * shape.millicores + uint256(prices.memoryMiB)
            * shape.memoryMiB + uint256(prices.diskMiB) * shape.diskMiB + uint256(prices.gpu) * shape.gpus;
        uint256 reserve = replicaSecond + Math.ceilDiv(uint256(prices.cpuSecond) * shape.millicores, 1000)
            + uint256(prices.memoryMiBSecond) * shape.memoryMiB
            + Math.ceilDiv(uint256(prices.networkMiB) * prices.networkKiBps, 1024);
        // Seven products of at most 2^112 stay far below 2^256, and `take` bounds the reserve by a uint104 budget.
        return Rates({
            reserved: uint104(Math.min(reserve, type(uint104).max)),
            replicaSecond: uint104(Math.min(replicaSecond, type(uint104).max)),
            cpuSecond: prices.cpuSecond,
            memoryMiBSecond: prices.memoryMiBSecond,
            networkMiB: prices.networkMiB
        });
    }

    /// The price of a statement's counters, in base units.
    function price(Rates memory r, Statement memory s) internal pure returns (uint256) {
        // A product of at most 104 + 64, 80 + 96, 80 + 128 and 80 + 96 bits: none of it can reach 2^256.
        unchecked {
            uint256 presence = uint256(r.replicaSecond) * s.replicaSeconds;
            uint256 cpu = uint256(r.cpuSecond) * s.cpuNanos / NANOS;
            uint256 memory_ = uint256(r.memoryMiBSecond) * s.memoryByteSeconds / MIB;
            uint256 network = uint256(r.networkMiB) * s.networkBytes / MIB;
            return (presence + cpu + memory_ + network) / SCALE;
        }
    }

    /// The rate of the whole lease per second.
    /// @param reserved Per replica. `take` and `setPolicy` keep the product within a uint104 at every count that the
    /// policy allows.
    function rate(ReservationWord r, uint256 reserved) internal pure returns (uint256) {
        unchecked {
            return reserved * r.replicas();
        }
    }

    /// R(time), from the one point of the curve that the contract keeps and the slope since then. A time before the
    /// last step gives the value at the step.
    /// @param rate_ Of the whole lease; below 2^104.
    /// @param time Below 2^32.
    function reservedUntil(ReservationWord r, uint256 rate_, uint256 time) internal pure returns (uint256) {
        // The integral is below 2^136, so the sum stays below 2^137.
        unchecked {
            return time <= r.since() ? r.integral() : r.integral() + rate_ * (time - r.since());
        }
    }

    /// R(time) minus the whole base units that were reserved before `from` and not paid. Before the last step the curve
    /// is unknown, so nothing is subtracted.
    function carried(ReservationWord r, uint256 rate_, uint256 paid, uint256 from, uint256 time)
        internal
        pure
        returns (uint256)
    {
        uint256 reserved = reservedUntil(r, rate_, time);
        if (from < r.since()) return reserved;
        // Never negative: each payment stayed within R at the time of its statement, and that time is at most `from`.
        return reserved - (reservedUntil(r, rate_, from) / SCALE - paid) * SCALE;
    }

    /// What the provider may still be owed: the reservation that no settled statement covers and that has not lapsed.
    /// Base units, rounded up.
    /// @param from The later of the newest settled statement's time and the beginning of the claim window.
    function owed(ReservationWord r, uint256 rate_, uint256 paid, uint256 from, uint256 time)
        internal
        pure
        returns (uint256)
    {
        if (from >= r.since()) return Math.ceilDiv(rate_ * (time - from), SCALE);
        return Math.ceilDiv(reservedUntil(r, rate_, time), SCALE) - paid;
    }

    /// What settling a statement adds to what was paid: min(P, R, D) minus that.
    /// @param reserved R at the statement's time.
    function due(uint256 price_, uint256 reserved, uint256 paid, uint256 balance) internal pure returns (uint256) {
        return Math.min(Math.saturatingSub(Math.min(price_, reserved / SCALE), paid), balance);
    }

    /// Seconds until what may be owed reaches the balance; 0 when it has, type(uint256).max when nothing is reserved.
    function runway(uint256 balance, uint256 owed_, uint256 rate_) internal pure returns (uint256) {
        if (balance <= owed_) return 0;
        return rate_ == 0 ? type(uint256).max : (balance - owed_) * SCALE / rate_;
    }

    /// Whether a policy is consistent.
    function sound(LeasePolicy memory p) internal pure returns (bool) {
        return p.maxReplicas > 0 && p.maxReplicas < MOST_REPLICAS && p.minReplicas <= p.maxReplicas && p.target > 0
            && p.target <= 100 && p.down < p.target && p.target <= p.up && p.up <= 100 && p.step > 0;
    }
}
