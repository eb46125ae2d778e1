// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Order, Reservation, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract ScaleTest is MarketTest {
    function test_RevertWhen_NotTheTenant() external {
        (Terms memory terms,) = open(usd, 2);
        address[2] memory others = [provider, stranger];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, others[i]));
            vm.prank(others[i]);
            market.scale(terms, 3);
        }
    }

    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        LeaseId id = market.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        vm.prank(tenant);
        market.scale(terms, 3);
    }

    function test_RevertWhen_Closed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.startPrank(tenant);
        market.close(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
        market.scale(terms, 3);
    }

    function test_RevertWhen_OutOfBounds() external {
        (Terms memory terms,) = open(usd, 2);
        vm.startPrank(tenant);
        vm.expectRevert(abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 0, 1, 10));
        market.scale(terms, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 11, 1, 10));
        market.scale(terms, 11);
    }

    function test_RevertWhen_TheBalanceCannotKeepTheNotice() external {
        // 50 seconds of two replicas are owed, and the notice of three is kept
        uint256 kept = 50 * 2 * RATE + 3 * RATE * NOTICE;
        (Terms memory terms, LeaseId id) = open(tenant, usd, order(2, 1), kept - 1);
        skip(50);
        vm.startPrank(tenant);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, kept - 1, kept));
        market.scale(terms, 3);
        market.topUp(usd, id, 1);
        market.scale(terms, 3);
    }

    function test_ASmallerCountIsGrantedWithoutMoney() external {
        (Terms memory terms, LeaseId id) = open(tenant, usd, order(3, 1), 3 * RATE * NOTICE);
        skip(10 * NOTICE);
        vm.prank(tenant);
        market.scale(terms, 1);
        assertEq(market.reservationOf(id).replicas, 1);
    }

    function test_TheSameCountIsGrantedWithoutMoney() external {
        (Terms memory terms, LeaseId id) = open(tenant, usd, order(2, 1), 2 * RATE * NOTICE);
        skip(10 * NOTICE);
        vm.prank(tenant);
        market.scale(terms, 2);
        assertEq(market.reservationOf(id).replicas, 2);
    }

    function test_ScalesToBothBounds() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.startPrank(tenant);
        market.scale(terms, 10);
        assertEq(market.reservationOf(id).replicas, 10);
        market.scale(terms, 1);
        assertEq(market.reservationOf(id).replicas, 1);
    }

    function test_ToZeroWhenThePolicyAllowsIt() external {
        Order memory o = order(2, 1);
        o.policy.minReplicas = 0;
        (Terms memory terms,) = open(tenant, usd, o, DEPOSIT);
        vm.prank(tenant);
        market.scale(terms, 0);
        skip(1000);
        assertEq(market.owed(terms), 0);
        assertEq(market.runway(terms), type(uint256).max);
        assertEq(market.withdrawable(terms), DEPOSIT);
    }

    function test_MovesTheIntegralAndTheRate() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(7);
        vm.expectEmit(address(market));
        emit IMarket.LeaseScaled(id, 5);
        vm.prank(tenant);
        market.scale(terms, 5);
        Reservation memory r = market.reservationOf(id);
        assertEq(r.integral, 7 * 2 * RATE * 1e12);
        assertEq(r.since, START + 7);
        assertEq(r.replicas, 5);
        assertEq(r.maxReplicas, 10);
        assertEq(r.headroom, 1);
        skip(3);
        assertEq(market.owed(terms), 7 * 2 * RATE + 3 * 5 * RATE);
    }

    /// What settled statements left unclaimed before a step is dropped: the tenant may have it back.
    function test_AStepDropsWhatSettledStatementsLeftUnclaimed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(10);
        proveAndSettle(terms, 5);
        vm.prank(tenant);
        market.scale(terms, 4);
        // ten seconds of two replicas were settled at the price of five replica-seconds; the challenge window is unproven
        assertEq(market.reservationOf(id).integral, (5 + CHALLENGE * 2) * RATE * 1e12);
        assertEq(market.owed(terms), CHALLENGE * 2 * RATE);
    }

    /// Held capacity follows the highest count, not the present one.
    function test_HeldCapacityStays() external {
        (Terms memory terms,) = open(usd, 2);
        vm.prank(tenant);
        market.scale(terms, 9);
        assertEq(market.capacityOf(provider).heldMillicores, 10_000);
    }
}
