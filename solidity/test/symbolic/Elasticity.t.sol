// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Elasticity} from "../../src/libraries/Elasticity.sol";
import {ReservationWord} from "../../src/types/Words.sol";

/// The bound of a step by proof, for every count, utilization and policy. See README.md here.
contract ElasticitySymbolic is Test {
    /// What passes moves by the step at most, from a side of the thresholds that moves at all; from zero there are no
    /// thresholds. The word is any: also a policy that is not sound.
    function check_NothingPassesBeyondStepAndThresholds(ReservationWord r, uint16 replicas, uint16 utilization)
        external
        pure
    {
        vm.assume(r.target() != 0);
        Elasticity.check(r, replicas, utilization);
        uint256 present = r.replicas();
        if (replicas > present) {
            assertLe(replicas - present, r.step());
            if (present != 0) assertGt(utilization, r.up() * 100);
        } else {
            assertLt(replicas, present);
            assertLe(present - replicas, r.step());
            assertLt(utilization, r.down() * 100);
        }
    }

    /// A granted count is within `wanted` and the headroom, except for the last replica, which may stop where the headroom allows
    /// a step from zero.
    function check_NothingPassesBeyondWhatIsWanted(ReservationWord r, uint16 replicas, uint16 utilization)
        external
        pure
    {
        vm.assume(r.target() != 0);
        Elasticity.check(r, replicas, utilization);
        uint256 present = r.replicas();
        uint256 wanted = Elasticity.wanted(present, utilization, r.target());
        if (replicas > present) assertLe(replicas, wanted + r.headroom());
        else if (present != 1 || r.headroom() == 0) assertGe(replicas, wanted);
    }

    /// From zero all that passes is the headroom, whatever is stated, and the whole of it passes where the step allows it.
    function check_FromZeroTheHeadroomAloneIsGranted(ReservationWord r, uint16 replicas, uint16 utilization)
        external
        view
    {
        vm.assume(r.target() != 0);
        vm.assume(r.replicas() == 0);
        bool passes;
        try this.granted(r, replicas, utilization) {
            passes = true;
        } catch {}
        assertEq(passes, replicas != 0 && replicas <= r.step() && replicas <= r.headroom());
    }

    function granted(ReservationWord r, uint256 replicas, uint256 utilization) external pure {
        Elasticity.check(r, replicas, utilization);
    }
}
