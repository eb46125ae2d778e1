// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract WithdrawTest is MarketTest {
    function test_RevertWhen_NotTheTenant() external {
        (Terms memory terms,) = open(usd, 2);
        address[2] memory others = [provider, stranger];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, others[i]));
            vm.prank(others[i]);
            market.withdraw(terms, 1);
        }
    }

    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        LeaseId id = market.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        vm.prank(tenant);
        market.withdraw(terms, 1);
    }

    function test_RevertWhen_Closed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.startPrank(tenant);
        market.close(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
        market.withdraw(terms, 1);
    }

    function test_RevertWhen_Nothing() external {
        (Terms memory terms,) = open(usd, 2);
        vm.expectRevert(Errors.NothingToPay.selector);
        vm.prank(tenant);
        market.withdraw(terms, 0);
    }

    function test_WhatMayBeOwedAndTheNoticeStay() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(50);
        uint256 free = DEPOSIT - 2 * RATE * (50 + NOTICE);
        assertEq(market.withdrawable(terms), free);
        vm.startPrank(tenant);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, free, free + 1));
        market.withdraw(terms, free + 1);
        market.withdraw(terms, free);
        assertEq(balanceOf(id, usd), 2 * RATE * (50 + NOTICE));
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, 1));
        market.withdraw(terms, 1);
    }

    function test_RevertWhen_ItIsExhausted() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), 2 * RATE * NOTICE);
        skip(CLAIM / 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, 1));
        vm.prank(tenant);
        market.withdraw(terms, 1);
    }

    function test_WithdrawsEth() external {
        _withdraws(ETH);
    }

    function test_WithdrawsAToken() external {
        _withdraws(usd);
    }

    function _withdraws(Currency currency) private {
        (Terms memory terms, LeaseId id) = open(currency, 2);
        uint256 before = held(currency, tenant);
        vm.expectEmit(address(market));
        emit IEscrow.Withdrawn(id, tenant, 123);
        vm.prank(tenant);
        market.withdraw(terms, 123);
        assertEq(held(currency, tenant), before + 123);
        assertEq(balanceOf(id, currency), DEPOSIT - 123);
    }

    /// What lapsed is the tenant's again.
    function test_LapsedMoneyCanBeWithdrawn() external {
        (Terms memory terms,) = open(usd, 2);
        skip(CLAIM + 500);
        assertEq(market.withdrawable(terms), DEPOSIT - 2 * RATE * (CLAIM + NOTICE));
    }

    /// One lease's tenant cannot draw another's balance, in the same or in another currency.
    function test_OneLeaseCannotDrawAnothersBalance() external {
        open(tenant, usd, order(2, 7), DEPOSIT);
        Terms memory mine = termsOf(stranger, usd, order(2, 8));
        open(stranger, usd, order(2, 8), 2 * RATE * NOTICE);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, 1));
        market.withdraw(mine, 1);
        // the same terms in another currency are another lease, which was never opened
        mine.currency = ETH;
        LeaseId other = market.idOf(mine);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, other));
        market.withdraw(mine, 1);
    }
}
