// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Shape, Statement} from "../types/DataTypes.sol";
import {ReservationWord} from "../types/Words.sol";

/// Statements that no honest meter can make, whatever happened on its machine. Pure, so that it can be proven.
///
/// Each check needs statements alone. None is true of a meter that clips its counters to what the lease can consume,
/// never lets a counter fall, and follows a step within an epoch.
library Physics {
    uint256 internal constant NANOS = 1e6; // CPU time of a millicore in a second
    uint256 internal constant MIB = 1 << 20;
    uint256 internal constant FULL = 10_000; // basis points
    uint256 internal constant ROUNDING = 1; // basis points

    /// More CPU time or memory than the shape provides for the stated replica-seconds.
    function beyondShape(Shape memory shape, Statement memory s) internal pure returns (bool) {
        return s.cpuNanos > _cpu(shape, s.replicaSeconds)
            || s.memoryByteSeconds > uint256(shape.memoryMiB) * MIB * s.replicaSeconds;
    }

    /// More replica-seconds than the lease's current count spends in a number of seconds.
    /// @param slack Seconds at the highest count that are tolerated: a provider also follows a step that a chain
    /// reorganization reverts later, and its clock differs from the chain's.
    function beyondCount(ReservationWord r, uint256 replicaSeconds, uint256 seconds_, uint256 slack)
        internal
        pure
        returns (bool)
    {
        return replicaSeconds > r.replicas() * seconds_ + r.maxReplicas() * slack;
    }

    /// A counter that is lower than before.
    function fell(Statement memory earlier, Statement memory later) internal pure returns (bool) {
        return later.replicaSeconds < earlier.replicaSeconds || later.cpuNanos < earlier.cpuNanos
            || later.memoryByteSeconds < earlier.memoryByteSeconds || later.networkBytes < earlier.networkBytes;
    }

    /// A utilization that differs from the one that the counters' growth gives. Counters that fell give none.
    function misstated(Shape memory shape, Statement memory earlier, Statement memory later)
        internal
        pure
        returns (bool)
    {
        if (fell(earlier, later)) return false;
        uint256 used = later.cpuNanos - earlier.cpuNanos;
        uint256 had = _cpu(shape, later.replicaSeconds - earlier.replicaSeconds);
        if (had == 0) return later.utilization != 0;
        uint256 utilization = Math.min(used * FULL / had, type(uint16).max);
        return Math.max(utilization, later.utilization) - Math.min(utilization, later.utilization) > ROUNDING;
    }

    /// CPU time that a shape provides in a number of replica-seconds, in nanoseconds.
    function _cpu(Shape memory shape, uint256 replicaSeconds) private pure returns (uint256) {
        return uint256(shape.millicores) * NANOS * replicaSeconds;
    }
}
