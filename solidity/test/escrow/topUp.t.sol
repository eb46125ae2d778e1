// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract TopUpTest is MarketTest {
    function test_RevertWhen_LeaseUnknown() external {
        LeaseId none = LeaseId.wrap("none");
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, none));
        vm.prank(stranger);
        market.topUp(usd, none, 1);
    }

    function test_RevertWhen_TheCurrencyIsNotTheLeases() external {
        (, LeaseId id) = open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        vm.prank(stranger);
        market.topUp{value: 1}(ETH, id, 1);
    }

    function test_RevertWhen_ValueIsNotTheAmount() external {
        (, LeaseId id) = open(ETH, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, 2, 1));
        vm.prank(stranger);
        market.topUp{value: 2}(ETH, id, 1);
    }

    function test_RevertWhen_ValueComesWithAToken() external {
        (, LeaseId id) = open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, 1, 0));
        vm.prank(stranger);
        market.topUp{value: 1}(usd, id, 1);
    }

    function test_RevertWhen_NothingReceived() external {
        (, LeaseId id) = open(usd, 2);
        vm.expectRevert(Errors.NothingReceived.selector);
        vm.prank(stranger);
        market.topUp(usd, id, 0);
        (, id) = open(ETH, 2);
        vm.expectRevert(Errors.NothingReceived.selector);
        vm.prank(stranger);
        market.topUp(ETH, id, 0);
    }

    function test_RevertWhen_TheBalanceWouldOutgrowItsField() external {
        (, LeaseId id) = open(usd, 2);
        uint256 most = uint256(type(uint104).max) - DEPOSIT;
        token.mint(stranger, most);
        vm.startPrank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 104, most + 1 + DEPOSIT)
        );
        market.topUp(usd, id, most + 1);
        market.topUp(usd, id, most);
        assertEq(balanceOf(id, usd), type(uint104).max);
        assertEq(market.accountOf(id, usd).paid, 0);
    }

    function test_AnyoneTopsUpInAToken() external {
        _topsUp(usd);
    }

    function test_AnyoneTopsUpInEth() external {
        _topsUp(ETH);
    }

    function _topsUp(Currency currency) private {
        (Terms memory terms, LeaseId id) = open(currency, 2);
        uint256 before = held(currency, address(market));
        vm.expectEmit(address(market));
        emit IEscrow.ToppedUp(id, stranger, 220);
        vm.prank(stranger);
        market.topUp{value: currency.isNative() ? 220 : 0}(currency, id, 220);
        assertEq(balanceOf(id, currency), DEPOSIT + 220);
        assertEq(held(currency, address(market)), before + 220);
        assertEq(market.runway(terms), (DEPOSIT + 220) / (2 * RATE));
        // nothing else of the account moved
        assertEq(market.accountOf(id, currency).settledAt, START);
        assertEq(market.accountOf(id, currency).minReplicas, 1);
    }

    function test_AClosedLeaseTakesItAndTheTenantGetsItBack() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.prank(tenant);
        market.close(terms);
        vm.prank(stranger);
        market.topUp(usd, id, 5);
        uint256 before = token.balanceOf(tenant);
        market.refund(terms);
        assertEq(token.balanceOf(tenant), before + 5);
    }
}
