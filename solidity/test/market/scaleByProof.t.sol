// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {LeasePolicy, Order, Reservation, Statement, Step} from "../../src/types/DataTypes.sol";
import {StandardTree} from "../StandardTree.sol";
import {ScaleByProofTest} from "./ScaleByProofTest.sol";

/// When a step may be taken, how far it goes, and what it does.
contract ScaleByProofStepTest is ScaleByProofTest {
    // When

    function test_RevertWhen_TheCooldownRuns() external {
        // since the opening
        vm.warp(START + COOLDOWN - 1);
        _refused(5, 9000, abi.encodeWithSelector(Errors.CooldownRunning.selector, START + COOLDOWN));
        vm.warp(START + COOLDOWN + SPACING);
        uint256 until = vm.getBlockTimestamp() + COOLDOWN;
        _scale(5, 9000);
        // since the provider's step
        vm.warp(until - 1);
        _refused(6, 9000, abi.encodeWithSelector(Errors.CooldownRunning.selector, until));
        // since the tenant's
        vm.prank(tenant);
        market.scale(terms, 4);
        until = vm.getBlockTimestamp() + COOLDOWN;
        vm.warp(until - 1);
        _refused(5, 9000, abi.encodeWithSelector(Errors.CooldownRunning.selector, until));
    }

    function test_InTheSecondInWhichTheCooldownEnds() external {
        vm.warp(START + COOLDOWN);
        _scale(5, 9000);
    }

    /// A lapse moves the reservation's point to the claim window's beginning: never back, and never into the future.
    function test_ALapseShortensNoCooldown() external {
        LeasePolicy memory p = policy();
        p.cooldown = uint16(CLAIM + 1000);
        _reopen(4, p, DEPOSIT * 10);
        uint256 opened = market.reservationOf(id).since;
        vm.warp(opened + CLAIM + 1000);
        proveAndSettle(terms, 10); // CHALLENGE seconds later
        uint256 lapsed = market.reservationOf(id).since;
        assertEq(lapsed, opened + 1000 + CHALLENGE);
        _refused(5, 9000, abi.encodeWithSelector(Errors.CooldownRunning.selector, lapsed + CLAIM + 1000));
        vm.warp(lapsed + CLAIM + 1000 - SPACING);
        _refused(5, 9000, abi.encodeWithSelector(Errors.CooldownRunning.selector, lapsed + CLAIM + 1000));
        _scale(5, 9000);
    }

    // How far

    function test_RevertWhen_OutOfBounds() external {
        _reopen(9, policy(), DEPOSIT);
        _refused(11, 9000, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 11, 1, 10));
        _scale(10, 9000);
        (terms, id) = open(tenant, usd, order(2, 3), DEPOSIT);
        skip(COOLDOWN);
        _refused(0, 0, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 0, 1, 10));
        _scale(1, 0);
    }

    function test_RevertWhen_NothingMoves() external {
        _refused(4, 9000, abi.encodeWithSelector(Errors.SameReplicas.selector, 4));
        _refused(4, 1000, abi.encodeWithSelector(Errors.SameReplicas.selector, 4));
    }

    function test_RevertWhen_TheStepIsTooLarge() external {
        _refused(7, 10_000, abi.encodeWithSelector(Errors.StepTooLarge.selector, 3, 2));
        _refused(1, 0, abi.encodeWithSelector(Errors.StepTooLarge.selector, 3, 2));
        _scale(2, 0);
        _scale(4, 10_000);
    }

    function test_RevertWhen_TheDemandIsTooLow() external {
        _refused(5, 8000, abi.encodeWithSelector(Errors.DemandTooLow.selector, 8000, 8000));
        _refused(5, 0, abi.encodeWithSelector(Errors.DemandTooLow.selector, 0, 8000));
        _scale(5, 8001);
    }

    /// A threshold of 100 % lets the provider never add: not by any statement.
    function test_RevertWhen_TheUpperThresholdIsAllThereIs() external {
        LeasePolicy memory p = policy();
        p.up = 100;
        _reopen(4, p, DEPOSIT);
        _refused(5, 10_000, abi.encodeWithSelector(Errors.DemandTooLow.selector, 10_000, 10_000));
        _refused(5, 65_535, abi.encodeWithSelector(Errors.DemandTooLow.selector, 65_535, 10_000));
    }

    function test_RevertWhen_TheDemandIsTooHigh() external {
        _refused(3, 5000, abi.encodeWithSelector(Errors.DemandTooHigh.selector, 5000, 5000));
        _refused(3, 10_000, abi.encodeWithSelector(Errors.DemandTooHigh.selector, 10_000, 5000));
        _scale(3, 4999);
    }

    function test_RevertWhen_TheLowerThresholdIsZero() external {
        LeasePolicy memory p = policy();
        p.down = 0;
        _reopen(4, p, DEPOSIT);
        _refused(3, 0, abi.encodeWithSelector(Errors.DemandTooHigh.selector, 0, 0));
    }

    function test_RevertWhen_TheCountIsBeyondTheDemand() external {
        LeasePolicy memory p = policy();
        (p.step, p.maxReplicas) = (10, 20);
        _order(p);
        // up: ⌈4 × 91 % / 70 %⌉ = 6, and one beyond
        _refused(8, 9100, abi.encodeWithSelector(Errors.BeyondDemand.selector, 8, 7));
        _scale(7, 9100);
        // down: ⌈7 × 40 % / 70 %⌉ = 4, and the headroom is for going up
        _refused(3, 4000, abi.encodeWithSelector(Errors.BeyondDemand.selector, 3, 4));
        _scale(4, 4000);
        // a part of a replica is one: ⌈4 × 35.01 % / 70 %⌉ = 3
        _refused(2, 3501, abi.encodeWithSelector(Errors.BeyondDemand.selector, 2, 3));
        _scale(2, 3500);
    }

    function _order(LeasePolicy memory p) private {
        Order memory o = order(4, 2);
        (o.policy, o.maxRate) = (p, type(uint104).max);
        (terms, id) = open(tenant, usd, o, DEPOSIT);
        skip(COOLDOWN);
    }

    function test_UtilizationBeyondAllThereIsCountsAsAll() external {
        LeasePolicy memory p = policy();
        p.step = 10;
        _reopen(4, p, DEPOSIT);
        // ⌈4 × 100 % / 70 %⌉ + 1 = 7
        _refused(8, type(uint16).max, abi.encodeWithSelector(Errors.BeyondDemand.selector, 8, 7));
        _scale(7, type(uint16).max);
    }

    // Zero

    /// An idle lease scales to zero where its policy allows it, and back up to the headroom that the tenant grants in advance,
    /// by a statement of zero counters, because nothing ran.
    function test_ToZeroAndBackByTheHeadroom() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.headroom, p.step) = (0, 2, 10);
        _reopen(2, p, DEPOSIT);
        _refused(0, 1, abi.encodeWithSelector(Errors.BeyondDemand.selector, 0, 1));
        _scale(0, 0);
        assertEq(market.runway(terms), type(uint256).max);
        _refused(0, 0, abi.encodeWithSelector(Errors.SameReplicas.selector, 0));
        _refused(3, 0, abi.encodeWithSelector(Errors.BeyondDemand.selector, 3, 2));
        _scale(2, 0);
        // awake, it is demand again that justifies
        _refused(3, 8000, abi.encodeWithSelector(Errors.DemandTooLow.selector, 8000, 8000));
        _scale(3, 9000);
    }

    /// A running replica is never quite idle. The last one may stop all the same, if the headroom allows a step from zero.
    function test_TheLastReplicaSleepsBelowTheLowerThreshold() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.headroom) = (0, 1);
        _reopen(1, p, DEPOSIT);
        uint16 threshold = uint16(p.down) * 100;
        _refused(0, threshold, abi.encodeWithSelector(Errors.DemandTooHigh.selector, threshold, threshold));
        _scale(0, threshold - 1);
    }

    function test_RevertWhen_TheLastReplicaCouldNotBeWoken() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.headroom) = (0, 0);
        _reopen(1, p, DEPOSIT);
        _refused(0, 1, abi.encodeWithSelector(Errors.BeyondDemand.selector, 0, 1));
        _scale(0, 0);
    }

    /// From zero no utilization counts, which only a false statement can have.
    function test_FromZeroTheStatementCountsForNothing() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.up) = (0, 100);
        _reopen(0, p, DEPOSIT);
        _refused(2, type(uint16).max, abi.encodeWithSelector(Errors.BeyondDemand.selector, 2, 1));
        _scale(1, type(uint16).max);
    }

    function test_RevertWhen_NothingWakesWithoutHeadroom() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.headroom) = (0, 0);
        _reopen(0, p, DEPOSIT);
        _refused(1, 0, abi.encodeWithSelector(Errors.BeyondDemand.selector, 1, 0));
        _refused(1, 10_000, abi.encodeWithSelector(Errors.BeyondDemand.selector, 1, 0));
        vm.prank(tenant);
        market.scale(terms, 1);
        skip(COOLDOWN);
        _refused(2, 8000, abi.encodeWithSelector(Errors.DemandTooLow.selector, 8000, 8000));
        _scale(2, 9000);
    }

    /// A step from zero complies with the step size, the bounds, the cooldown and the statement's age like any other step.
    function test_RevertWhen_WakingIsNoStepLikeAnother() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.maxReplicas, p.headroom, p.step) = (0, 3, 10, 4);
        _reopen(2, p, DEPOSIT);
        Step memory old = stepTo(terms, 0, 0);
        post(market.leafOf(id, old.claim.statement));
        vm.prank(provider);
        market.scaleByProof(old);
        uint256 until = vm.getBlockTimestamp() + COOLDOWN;
        vm.warp(until - SPACING);
        _refused(1, 0, abi.encodeWithSelector(Errors.CooldownRunning.selector, until));
        _refused(4, 0, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 4, 0, 3));
        _refused(5, 0, abi.encodeWithSelector(Errors.StepTooLarge.selector, 5, 4));
        _scale(3, 0);
    }

    function test_RevertWhen_TheStatementIsFromBeforeTheLeaseSlept() external {
        LeasePolicy memory p = policy();
        (p.minReplicas, p.cooldown) = (0, 0);
        _reopen(2, p, DEPOSIT);
        Step memory step = stepTo(terms, 0, 0);
        post(market.leafOf(id, step.claim.statement));
        vm.prank(provider);
        market.scaleByProof(step);
        step.replicas = 1;
        uint256 slept = vm.getBlockTimestamp();
        _refused(step, abi.encodeWithSelector(Errors.StatementUsed.selector, slept, slept));
    }

    /// A step from zero must leave the notice period's money.
    function test_RevertWhen_ASleepingLeaseCannotPayForWhatItWakes() external {
        LeasePolicy memory p = policy();
        p.minReplicas = 0;
        uint256 kept = RATE * NOTICE;
        _reopen(0, p, kept - 1);
        _refused(1, 0, abi.encodeWithSelector(Errors.InsufficientFunds.selector, kept - 1, kept));
        vm.prank(stranger);
        market.topUp(usd, id, 1);
        _scale(1, 0);
    }

    /// A lease that was at zero for longer than the claim window scales up too: its provider settles a zero statement first.
    function test_ALongSleepEndsAfterASettlementOfNothing() external {
        LeasePolicy memory p = policy();
        p.minReplicas = 0;
        _reopen(0, p, DEPOSIT);
        uint256 opened = market.accountOf(id, usd).settledAt;
        skip(CLAIM);
        uint256 oldest = vm.getBlockTimestamp() - CLAIM;
        _refused(1, 0, abi.encodeWithSelector(Errors.SettlementDue.selector, opened, oldest));
        Statement memory nothing = busy(0, vm.getBlockTimestamp());
        settle(terms, nothing, prove(id, nothing), emptyPath());
        assertEq(market.earnings(provider, usd), 0);
        _scale(1, 0);
    }

    // Money

    function test_RevertWhen_TheBalanceCannotKeepTheNotice() external {
        // a minute of four replicas is owed, and the notice of five is kept
        uint256 kept = COOLDOWN * 4 * RATE + 5 * RATE * NOTICE;
        _reopen(4, policy(), kept - 1);
        Step memory step = stepTo(terms, 5, 9000);
        post(market.leafOf(id, step.claim.statement));
        _refused(step, abi.encodeWithSelector(Errors.InsufficientFunds.selector, kept - 1, kept));
        vm.prank(stranger);
        market.topUp(usd, id, 1);
        vm.prank(provider);
        market.scaleByProof(step);
    }

    /// Going down would shorten the grace that an exhausted lease has.
    function test_RevertWhen_ALeaseOwesMoreThanItHas() external {
        _reopen(4, policy(), COOLDOWN * 4 * RATE - 1);
        uint256 owed = COOLDOWN * 4 * RATE;
        Step memory step = stepTo(terms, 3, 0);
        post(market.leafOf(id, step.claim.statement));
        _refused(step, abi.encodeWithSelector(Errors.InsufficientFunds.selector, owed - 1, owed));
        vm.prank(stranger);
        market.topUp(usd, id, 1);
        vm.prank(provider);
        market.scaleByProof(step);
    }

    // What it does

    function test_MovesTheIntegralAndTheRate() external {
        Step memory step = stepTo(terms, 5, 9000);
        bytes32[] memory leaves = new bytes32[](5);
        for (uint256 i = 0; i < 5; ++i) {
            leaves[i] = i == 2 ? market.leafOf(id, step.claim.statement) : bytes32(i);
        }
        uint256 epoch = post(StandardTree.root(leaves));
        step.path = StandardTree.path(leaves, leaves[2]);
        vm.expectEmit(address(market));
        emit IMarket.LeaseScaled(id, 5);
        vm.expectEmit(address(market));
        emit IMarket.StepProven(id, provider, epoch, 4, 5, step.claim.statement);
        Reservation memory before = market.reservationOf(id);
        vm.prank(provider);
        market.scaleByProof(step);
        Reservation memory r = market.reservationOf(id);
        assertEq(r.integral, COOLDOWN * 4 * RATE * 1e12);
        assertEq(r.since, START + COOLDOWN);
        (before.integral, before.since, before.replicas) = (r.integral, r.since, 5);
        assertEq(keccak256(abi.encode(r)), keccak256(abi.encode(before)), "policy");
        assertEq(balanceOf(id, usd), DEPOSIT);
        assertEq(market.earnings(provider, usd), 0);
        assertEq(market.capacityOf(provider).heldMillicores, 10_000);
        skip(3);
        assertEq(market.owed(terms), COOLDOWN * 4 * RATE + 3 * 5 * RATE);
    }

    /// A statement from before the last step leaves what it did not claim owed: the contract keeps one point of the curve,
    /// and that is the step. Settling a younger one lets go of it.
    function test_WhatAnOlderStatementLeftUnclaimedStaysOwedUntilAYoungerOneIsSettled() external {
        Step memory step = stepTo(terms, 5, 9000);
        Statement memory half = busy(COOLDOWN * 4 / 2, vm.getBlockTimestamp());
        half.utilization = 9000;
        step.claim.statement = half;
        uint256 epoch = post(market.leafOf(id, half));
        skip(SPACING);
        vm.prank(provider);
        market.scaleByProof(step);
        skip(CHALLENGE - SPACING);
        settle(terms, half, epoch, emptyPath());
        // all that was reserved, less what was paid
        uint256 reserved = (COOLDOWN + SPACING) * 4 + (CHALLENGE - SPACING) * 5;
        assertEq(market.owed(terms), (reserved - COOLDOWN * 4 / 2) * RATE);
        Statement memory younger = busy(COOLDOWN * 4 / 2 + 10, vm.getBlockTimestamp());
        epoch = prove(id, younger);
        settle(terms, younger, epoch, emptyPath());
        assertEq(market.owed(terms), CHALLENGE * 5 * RATE);
    }

    /// The statement that moved the count pays as well, once it has matured.
    function test_TheSameStatementSettles() external {
        Step memory step = stepTo(terms, 5, 9000);
        uint256 epoch = post(market.leafOf(id, step.claim.statement));
        vm.prank(provider);
        market.scaleByProof(step);
        skip(CHALLENGE);
        settle(terms, step.claim.statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), COOLDOWN * 4 * RATE);
    }
}
