// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Elasticity} from "../../src/libraries/Elasticity.sol";
import {LeasePolicy} from "../../src/types/DataTypes.sol";
import {ReservationWord} from "../../src/types/Words.sol";

/// The bound of a step by proof, against a reference that counts.
contract ElasticityTest is Test {
    function check(uint256 present, LeasePolicy calldata p, uint256 replicas, uint256 utilization) external pure {
        ReservationWord r = ReservationWord.wrap(0).governedBy(p).moved(type(uint136).max, type(uint32).max, present);
        Elasticity.check(r, replicas, utilization);
    }

    /// The fewest replicas that carry the same load at the target or below it.
    function _naive(uint256 replicas, uint256 utilization, uint256 target) private pure returns (uint256 n) {
        while (n * target * 100 < replicas * utilization) ++n;
    }

    function testFuzz_WantedIsTheFewestThatCarryTheLoad(uint8 replicas, uint16 utilization, uint8 target)
        external
        pure
    {
        utilization = uint16(bound(utilization, 0, 10_000));
        target = uint8(bound(target, 1, 100));
        assertEq(Elasticity.wanted(replicas, utilization, target), _naive(replicas, utilization, target));
    }

    /// Neither the highest counts nor the highest statements overflow, and what is beyond all counts as all.
    function testFuzz_WantedNeverOverflows(uint16 replicas, uint16 utilization, uint8 target) external pure {
        target = uint8(bound(target, 1, 100));
        uint256 wanted = Elasticity.wanted(replicas, utilization, target);
        assertLe(wanted, uint256(replicas) * 100);
        if (utilization > 10_000) assertEq(wanted, Elasticity.wanted(replicas, 10_000, target));
    }

    function _sound(LeasePolicy memory p) private pure {
        p.target = uint8(bound(p.target, 1, 100));
        p.up = uint8(bound(p.up, p.target, 100));
        p.down = uint8(bound(p.down, 0, p.target - 1));
        p.step = uint8(bound(p.step, 1, 255));
    }

    /// Granted exactly when a reference that knows only the policy's words would grant it.
    function testFuzz_GrantedExactlyWhenJustified(
        uint8 present,
        uint8 replicas,
        uint16 utilization,
        bool near,
        LeasePolicy memory p
    ) external view {
        _sound(p);
        utilization = uint16(bound(utilization, 0, 11_000));
        if (present % 8 == 7) present = 0; // or zero would be too rare
        if (near) {
            // around the limit, where it matters
            uint256 wanted = _naive(present, utilization > 10_000 ? 10_000 : utilization, p.target);
            replicas = uint8(bound(replicas, wanted > 2 ? wanted - 2 : 0, wanted + uint256(p.headroom) + 2) & 0xff);
        }
        bool justified = _justified(present, replicas, utilization, p);
        try this.check(present, p, replicas, utilization) {
            assertTrue(justified);
        } catch {
            assertFalse(justified);
        }
    }

    function _justified(uint256 present, uint256 replicas, uint256 utilization, LeasePolicy memory p)
        private
        pure
        returns (bool)
    {
        if (utilization > 10_000) utilization = 10_000;
        uint256 wanted = _naive(present, utilization, p.target);
        if (present == 0) return replicas > 0 && replicas <= p.step && replicas <= p.headroom;
        if (replicas > present) {
            return utilization > uint256(p.up) * 100 && replicas - present <= p.step && replicas <= wanted + p.headroom;
        }
        return replicas < present && utilization < uint256(p.down) * 100 && present - replicas <= p.step
            && (replicas >= wanted || (present == 1 && p.headroom != 0));
    }

    /// No utilization lets a provider go up and down from the same count: between the thresholds, and beyond them, a count
    /// does not swing.
    function testFuzz_OneStatementHasOneDirection(uint8 present, uint16 utilization, LeasePolicy memory p)
        external
        view
    {
        _sound(p);
        uint256 directions = 0;
        for (uint256 i = 0; i < 2; ++i) {
            if (i == 1 && present == 0) continue;
            uint256 replicas = i == 0 ? uint256(present) + 1 : present - 1;
            try this.check(present, p, replicas, utilization) {
                ++directions;
            } catch {}
        }
        assertLe(directions, 1);
    }

    /// The same load never reverts a step to the required count: at the new count it is not below the target's floor
    /// and not above the target.
    function testFuzz_AtTheWantedCountTheLoadIsAtTheTargetOrBelow(
        uint8 present,
        uint16 utilization,
        LeasePolicy memory p
    ) external pure {
        _sound(p);
        vm.assume(present > 0);
        utilization = uint16(bound(utilization, 1, 10_000));
        uint256 load = uint256(present) * utilization;
        uint256 wanted = Elasticity.wanted(present, utilization, p.target);
        assertLe(load, wanted * p.target * 100);
        assertGt(load, (wanted - 1) * p.target * 100);
    }
}
