// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract RefundTest is MarketTest {
    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        LeaseId id = market.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        market.refund(terms);
    }

    function test_RevertWhen_Open() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseIsOpen.selector, id));
        market.refund(terms);
    }

    function test_RevertWhen_AllIsOwed() external {
        (Terms memory terms,) = open(usd, 2);
        skip(10);
        vm.prank(tenant);
        market.close(terms);
        vm.expectRevert(Errors.NothingToPay.selector);
        market.refund(terms);
    }

    /// A lease that outlived its funds owes more than it has.
    function test_RevertWhen_MoreIsOwedThanIsLeft() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), NOTICE * 2 * RATE);
        skip(NOTICE + 10);
        vm.prank(tenant);
        market.close(terms);
        vm.expectRevert(Errors.NothingToPay.selector);
        market.refund(terms);
    }

    function test_AfterTheFinalStatementTheRestGoesBack() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(10);
        vm.prank(tenant);
        market.close(terms);
        proveAndSettle(terms, 13); // of 20 replica-seconds
        uint256 before = token.balanceOf(tenant);
        vm.expectEmit(address(market));
        emit IEscrow.Refunded(id, tenant, 7 * RATE);
        vm.prank(stranger);
        market.refund(terms);
        assertEq(token.balanceOf(tenant), before + 7 * RATE);
        assertEq(balanceOf(id, usd), 0);
        vm.expectRevert(Errors.NothingToPay.selector);
        market.refund(terms);
    }

    function test_AfterTheClaimWindowAllGoesBack() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(10);
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM - 1);
        // of the first of the ten seconds, nothing can be claimed any more only when the window has passed the whole
        vm.expectRevert(Errors.NothingToPay.selector);
        market.refund(terms);
        skip(1);
        market.refund(terms);
        assertEq(balanceOf(id, usd), 0);
    }
}
