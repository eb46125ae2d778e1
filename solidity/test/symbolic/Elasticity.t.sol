// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Elasticity} from "../../src/libraries/Elasticity.sol";
import {ReservationWord} from "../../src/types/Words.sol";

/// The bound of a step by proof, for every count, utilization and policy. See README.md here.
contract ElasticitySymbolic is Test {
    /// The fewest replicas that carry the load at the target or below it.
    function check_WantedIsTheCeiling(uint16 replicas, uint16 utilization, uint8 target) external pure {
        vm.assume(target != 0 && target <= 100);
        uint256 wanted = Elasticity.wanted(replicas, utilization, target);
        uint256 load = uint256(replicas) * (utilization > 10_000 ? 10_000 : utilization);
        assertGe(wanted * target * 100, load);
        assertLt(wanted * target * 100, load + uint256(target) * 100);
    }

    /// What passes keeps to the step, the thresholds and the demand. The word is any: also a policy that is not sound.
    function check_NothingPassesThatDemandDoesNotJustify(ReservationWord r, uint16 replicas, uint16 utilization)
        external
        pure
    {
        vm.assume(r.target() != 0 && r.target() <= 100);
        Elasticity.check(r, replicas, utilization);
        uint256 present = r.replicas();
        uint256 counted = utilization > 10_000 ? 10_000 : utilization;
        uint256 load = present * counted;
        uint256 full = r.target() * 100;
        if (replicas > present) {
            assertTrue(present != 0);
            assertLe(replicas - present, r.step());
            assertGt(counted, r.up() * 100);
            // replicas ≤ ⌈load / full⌉ + headroom
            assertTrue(replicas <= r.headroom() || (replicas - r.headroom() - 1) * full < load);
        } else {
            assertLt(replicas, present);
            assertLe(present - replicas, r.step());
            assertLt(utilization, r.down() * 100);
            assertGe(replicas * full, load);
        }
    }
}
