// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Terms} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract WithdrawEarningsTest is MarketTest {
    function _earn(Currency currency) private {
        (Terms memory terms,) = open(currency, 2);
        skip(10);
        proveAndSettle(terms, 20);
    }

    function test_RevertWhen_Nothing() external {
        _earn(usd);
        vm.expectRevert(Errors.NothingToPay.selector);
        vm.prank(provider);
        market.withdrawEarnings(usd, provider, 0);
        vm.expectRevert(Errors.NothingToPay.selector);
        vm.prank(stranger);
        market.withdrawEarnings(usd, stranger, type(uint256).max);
    }

    function test_RevertWhen_MoreThanEarned() external {
        _earn(usd);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 20 * RATE, 20 * RATE + 1));
        vm.prank(provider);
        market.withdrawEarnings(usd, provider, 20 * RATE + 1);
    }

    /// Earnings are separate by currency and by provider, whatever the vault holds.
    function test_RevertWhen_EarnedInAnotherCurrencyOrByAnother() external {
        _earn(usd);
        open(ETH, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, 1));
        vm.prank(provider);
        market.withdrawEarnings(ETH, provider, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, 1));
        vm.prank(stranger);
        market.withdrawEarnings(usd, stranger, 1);
    }

    function test_PaysAPartInEth() external {
        _pays(ETH, 15, 15);
    }

    function test_PaysAPartInAToken() external {
        _pays(usd, 15, 15);
    }

    function test_TheHighestNumberStandsForAll() external {
        _pays(usd, type(uint256).max, 20 * RATE);
    }

    function _pays(Currency currency, uint256 asked, uint256 paid) private {
        _earn(currency);
        uint256 before = held(currency, stranger);
        vm.expectEmit(address(market));
        emit IEscrow.EarningsWithdrawn(provider, currency, stranger, paid);
        vm.prank(provider);
        market.withdrawEarnings(currency, stranger, asked);
        assertEq(held(currency, stranger), before + paid);
        assertEq(market.earnings(provider, currency), 20 * RATE - paid);
    }
}
