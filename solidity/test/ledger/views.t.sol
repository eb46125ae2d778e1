// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {Status, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract ViewsTest is MarketTest {
    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        bytes memory why = abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms));
        vm.expectRevert(why);
        market.owed(terms);
        vm.expectRevert(why);
        market.withdrawable(terms);
        vm.expectRevert(why);
        market.runway(terms);
    }

    function test_OwedGrowsWithTheReservationAndFallsWithSettlements() external {
        (Terms memory terms,) = open(usd, 2);
        assertEq(market.owed(terms), 0);
        skip(10);
        assertEq(market.owed(terms), 20 * RATE);
        proveAndSettle(terms, 20);
        assertEq(market.owed(terms), 2 * CHALLENGE * RATE);
    }

    function test_WhatNobodyProvesInTheClaimWindowLapses() external {
        (Terms memory terms,) = open(usd, 2);
        skip(CLAIM);
        assertEq(market.owed(terms), 2 * CLAIM * RATE);
        skip(1000);
        assertEq(market.owed(terms), 2 * CLAIM * RATE);
    }

    function test_RunwayEndsExactlyWhenTheStatusTurns() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), 100 * 2 * RATE);
        assertEq(market.runway(terms), 100);
        skip(99);
        assertEq(market.runway(terms), 1);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Active));
        skip(1);
        assertEq(market.runway(terms), 0);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Exhausted));
        assertEq(market.withdrawable(terms), 0);
    }

    function test_ATopUpRevivesAnExhaustedLease() external {
        (Terms memory terms, LeaseId id) = open(tenant, usd, order(2, 1), 100 * 2 * RATE);
        skip(150);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Exhausted));
        vm.prank(stranger);
        market.topUp(usd, id, 51 * 2 * RATE);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Active));
        assertEq(market.runway(terms), 1);
    }
}
