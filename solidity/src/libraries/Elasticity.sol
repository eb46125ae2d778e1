// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ReservationWord} from "../types/Words.sol";
import {Errors} from "./Errors.sol";

/// How far proven demand may move a replica count. Pure, so that it can be proven.
///
/// With n replicas at utilization u and a target t, ⌈n × u / t⌉ replicas would run at the target or just below it: the
/// count that the demand requires. A step up may go to that count plus the policy's headroom, a step down to that
/// count. Between the two thresholds nothing moves, which prevents flapping. A lease without replicas proves no demand:
/// from zero the headroom is granted whatever the statement says, because the tenant's policy granted it. The last
/// replica is never quite idle, so it may stop at any utilization below the lower threshold if the headroom allows a
/// step from zero.
library Elasticity {
    uint256 internal constant FULL = 10_000; // basis points
    uint256 internal constant PERCENT = 100; // basis points

    /// ⌈replicas × utilization / target⌉
    /// @param utilization In basis points; above 10,000 counts as 10,000. A meter may see a burst beyond a quota, and
    /// overstating gains no more than stating 10,000.
    /// @param target In percent, not zero.
    function wanted(uint256 replicas, uint256 utilization, uint256 target) internal pure returns (uint256) {
        return Math.ceilDiv(replicas * Math.min(utilization, FULL), target * PERCENT);
    }

    /// Reverts unless the policy lets its provider move the lease to `replicas` at this utilization. Checks counts
    /// only, neither times nor money.
    function check(ReservationWord r, uint256 replicas, uint256 utilization) internal pure {
        uint256 present = r.replicas();
        if (replicas == present) revert Errors.SameReplicas(replicas);
        bool up = replicas > present;
        uint256 moved = up ? replicas - present : present - replicas;
        if (moved > r.step()) revert Errors.StepTooLarge(moved, r.step());
        uint256 limit = wanted(present, utilization, r.target());
        if (up) {
            uint256 threshold = r.up() * PERCENT;
            bool tooLow = present != 0 && Math.min(utilization, FULL) <= threshold;
            if (tooLow) revert Errors.DemandTooLow(utilization, threshold);
            limit += r.headroom();
            if (replicas > limit) revert Errors.BeyondDemand(replicas, limit);
        } else {
            uint256 threshold = r.down() * PERCENT;
            if (utilization >= threshold) revert Errors.DemandTooHigh(utilization, threshold);
            bool wakes = present == 1 && r.headroom() != 0;
            if (replicas < limit && !wakes) revert Errors.BeyondDemand(replicas, limit);
        }
    }
}
