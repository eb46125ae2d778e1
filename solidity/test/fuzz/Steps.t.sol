// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeasePolicy, Order, Reservation, Step, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

/// Lives of a lease whose provider tries any step by any statement of its own.
contract StepsTest is MarketTest {
    uint256 private constant STEPS = 6;

    struct Try {
        uint16 waits;
        uint8 replicas;
        uint16 utilization;
        bool again; // by the statement before
    }

    Terms private terms;
    LeaseId private id;
    LeasePolicy private p;
    uint256 private integral; // ∫ rate dt, by our own sum
    uint256 private since;
    uint256 private replicas;
    uint256 private provenAt; // time of the statement that justified the last step

    function _open(LeasePolicy memory any, uint16 first) private {
        Order memory o = order(1, 1);
        any.maxReplicas = uint16(bound(any.maxReplicas, 1, 200));
        any.minReplicas = uint16(bound(any.minReplicas, 0, any.maxReplicas));
        any.target = uint8(bound(any.target, 1, 100));
        any.up = uint8(bound(any.up, any.target, any.target > 80 ? 100 : any.target + 20));
        any.down = uint8(bound(any.down, any.target > 20 ? any.target - 20 : 0, any.target - 1));
        any.step = uint8(bound(any.step, 1, 255));
        any.cooldown = uint16(bound(any.cooldown, 0, 120));
        (o.policy, o.maxRate) = (any, type(uint104).max);
        o.replicas = uint16(bound(first, any.minReplicas, any.maxReplicas));
        (terms, id) = open(tenant, usd, o, 1e12);
        (p, since, replicas) = (any, vm.getBlockTimestamp(), o.replicas);
    }

    /// Never outside the bounds, never further than the formula, never faster than the cooldown, never twice by one
    /// statement; and the integral is exact across every step.
    function testFuzz_WhateverTheProviderTries(LeasePolicy memory any, uint16 first, Try[STEPS] memory tries) external {
        _open(any, first);
        Step memory step;
        for (uint256 i = 0; i < STEPS; ++i) {
            skip(bound(tries[i].waits, SPACING, CLAIM / STEPS / 2));
            uint16 utilization = uint16(bound(tries[i].utilization, 0, 12_000));
            uint16 to = _near(tries[i].replicas, utilization);
            if (tries[i].again && i > 0) {
                step.replicas = to;
            } else {
                step = stepTo(terms, to, utilization);
                post(market.leafOf(id, step.claim.statement));
                skip(tries[i].waits & 7);
            }
            vm.prank(provider);
            try market.scaleByProof(step) {
                _checkGranted(step);
            } catch {}
            _checkIntegral();
        }
    }

    /// Mostly counts where the demand is, or one or two off, and at times any.
    function _near(uint8 seed, uint256 utilization) private view returns (uint16) {
        if (seed % 8 == 0) return uint16(seed);
        uint256 wanted =
            (replicas * utilization + uint256(p.target) * 100 - 1) / (uint256(p.target) * 100) + p.headroom % 3;
        if (seed % 8 < 5) {
            if (wanted > replicas + p.step) wanted = replicas + p.step;
            if (wanted + p.step < replicas) wanted = replicas - p.step;
            if (wanted > p.maxReplicas) wanted = p.maxReplicas;
            return uint16(wanted > p.minReplicas ? wanted : p.minReplicas);
        }
        return uint16(bound(seed, wanted > 2 ? wanted - 2 : 0, wanted + 2));
    }

    function _checkGranted(Step memory step) private {
        uint256 to = step.replicas;
        uint256 u = step.claim.statement.utilization > 10_000 ? 10_000 : step.claim.statement.utilization;
        uint256 load = replicas * u; // in basis points of a replica
        assertTrue(to >= p.minReplicas && to <= p.maxReplicas, "bounds");
        assertGe(vm.getBlockTimestamp(), since + p.cooldown, "cooldown");
        assertGt(step.claim.statement.time, provenAt, "one step a statement");
        assertLe(to > replicas ? to - replicas : replicas - to, p.step, "step");
        if (replicas == 0) {
            assertGt(to, 0, "moves");
            assertLe(to, p.headroom, "wakes");
        } else if (to > replicas) {
            assertGt(u, uint256(p.up) * 100, "up");
            // one replica fewer than that, less the headroom, would still be above the target
            if (to > p.headroom) assertGt(load, (to - p.headroom - 1) * p.target * 100, "beyond");
        } else {
            assertLt(to, replicas, "moves");
            assertLt(u, uint256(p.down) * 100, "down");
            if (to != 0 || replicas != 1 || p.headroom == 0) assertLe(load, to * p.target * 100, "beyond");
        }
        integral += uint256(terms.rates.reserved) * replicas * (vm.getBlockTimestamp() - since);
        (since, replicas, provenAt) = (vm.getBlockTimestamp(), to, step.claim.statement.time);
    }

    function _checkIntegral() private view {
        Reservation memory r = market.reservationOf(id);
        assertEq(r.replicas, replicas);
        assertEq(r.since, since);
        assertEq(r.integral, integral);
        uint256 reserved = integral + uint256(terms.rates.reserved) * replicas * (vm.getBlockTimestamp() - since);
        assertEq(market.owed(terms), (reserved + 1e12 - 1) / 1e12);
    }

    /// A policy changes nothing of the curve, whenever it comes.
    function testFuzz_APolicyLeavesTheIntegral(
        LeasePolicy memory any,
        LeasePolicy memory other,
        uint16 first,
        uint16 wait
    ) external {
        _open(any, first);
        skip(wait % CLAIM);
        uint256 owed = market.owed(terms);
        other.maxReplicas = uint16(bound(other.maxReplicas, replicas == 0 ? 1 : replicas, 1000));
        other.minReplicas = uint16(bound(other.minReplicas, 0, replicas));
        other.target = uint8(bound(other.target, 1, 100));
        other.up = uint8(bound(other.up, other.target, 100));
        other.down = uint8(bound(other.down, 0, other.target - 1));
        other.step = uint8(bound(other.step, 1, 255));
        vm.prank(tenant);
        market.setPolicy(terms, other);
        assertEq(market.owed(terms), owed);
        _checkIntegral();
        assertEq(market.capacityOf(provider).heldMillicores, uint256(other.maxReplicas) * 1000);
    }
}
