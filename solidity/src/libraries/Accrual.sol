// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Account, Policy, PriceList, Rates, Reservation, Shape, Usage} from "../types/DataTypes.sol";

/// The money functions: pure, so that they can be proven. Rates and integrals are base units × 1e12.
///
/// With R(t) the reserved integral, P the price of the cumulative usage, and D all that was deposited, the total that a
/// provider is paid is min(P, R, D) rounded down: a function of the newest statement alone, so neither the number nor
/// the order of settlements can change it.
library Accrual {
    uint256 internal constant SCALE = 1e12;
    uint256 internal constant NANOS = 1e9;
    uint256 internal constant MIB = 1 << 20;

    /// Applies a price list to a shape. What a replica can use at most is reserved: all its CPU, all its memory, and the
    /// offer's traffic allowance; parts of a unit round up, so that the reserve covers the price.
    function rates(PriceList memory prices, Shape memory shape) internal pure returns (Rates memory) {
        uint256 replicaSecond = uint256(prices.millicore) * shape.millicores
            + uint256(prices.memoryMiB) * shape.memoryMiB + uint256(prices.diskMiB) * shape.diskMiB
            + uint256(prices.gpu) * shape.gpus;
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

    /// The price of cumulative usage, in base units.
    function price(Rates memory r, Usage memory u) internal pure returns (uint256) {
        return (uint256(r.replicaSecond) * u.replicaSeconds + uint256(r.cpuSecond) * u.cpuNanos / NANOS
                    + uint256(r.memoryMiBSecond) * u.memoryByteSeconds / MIB
                    + uint256(r.networkMiB) * u.networkBytes / MIB) / SCALE;
    }

    /// R(time): what the lease reserved from its opening to a time. A time before the last step answers as the step itself,
    /// because the contract keeps one point of the curve.
    function reservedUntil(Reservation memory r, uint256 ratePerReplica, uint256 time) internal pure returns (uint256) {
        return time <= r.since ? r.integral : r.integral + ratePerReplica * r.replicas * (time - r.since);
    }

    /// What the provider may still be owed at `time`: the reservation that is neither covered by a settled statement nor
    /// older than the claim window. Base units, rounded up.
    function owed(Account memory a, Reservation memory r, uint256 ratePerReplica, uint256 time, uint256 claimWindow)
        internal
        pure
        returns (uint256)
    {
        uint256 from = Math.max(a.settledAt, Math.saturatingSub(time, claimWindow));
        if (from >= r.since) return Math.ceilDiv(ratePerReplica * r.replicas * Math.saturatingSub(time, from), SCALE);
        return Math.saturatingSub(Math.ceilDiv(reservedUntil(r, ratePerReplica, time), SCALE), a.paid);
    }

    /// What settling a statement pays: its price less what was paid, within the reservation that has not lapsed and the
    /// balance. The caller has made sure that `u.time` lies in the claim window.
    function payable_(
        Account memory a,
        Reservation memory r,
        Rates memory rate,
        Usage memory u,
        uint256 time,
        uint256 claimWindow
    ) internal pure returns (uint256) {
        uint256 from = Math.saturatingSub(time, claimWindow);
        uint256 due = Math.saturatingSub(Math.min(price(rate, u), reservedUntil(r, rate.reserved, u.time) / SCALE), a.paid);
        if (from >= r.since) due = Math.min(due, uint256(rate.reserved) * r.replicas * (u.time - from) / SCALE);
        return Math.min(due, a.balance);
    }

    /// Seconds until what may be owed reaches the balance; 0 when it has, the highest number when nothing is reserved.
    function runway(uint256 balance, uint256 owed_, uint256 rate) internal pure returns (uint256) {
        if (balance <= owed_) return 0;
        return rate == 0 ? type(uint256).max : (balance - owed_) * SCALE / rate;
    }

    /// Whether a policy can be kept at all.
    function sound(Policy memory p) internal pure returns (bool) {
        return p.maxReplicas > 0 && p.minReplicas <= p.maxReplicas && p.target > 0 && p.target <= 100 && p.down < p.target
            && p.target <= p.up && p.up <= 100 && p.step > 0;
    }
}
