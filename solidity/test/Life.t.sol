// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../src/types/Currency.sol";
import {Status, Terms} from "../src/types/DataTypes.sol";
import {LeaseId} from "../src/types/Ids.sol";
import {MarketTest} from "./MarketTest.sol";

/// A lease from its opening to the last unit paid, in both kinds of money.
contract LifeTest is MarketTest {
    function test_LifeInEth() external {
        _live(ETH);
    }

    function test_LifeInAToken() external {
        _live(usd);
    }

    function _live(Currency currency) private {
        uint256 bonds = currency.isNative() ? MIN_BOND : 0;
        uint256 before = held(currency, tenant);
        (Terms memory terms, LeaseId id) = open(currency, 2);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Active));
        skip(100);
        proveAndSettle(terms, 200);
        assertEq(market.earnings(provider, currency), 200 * RATE);
        skip(96);
        vm.prank(tenant);
        market.close(terms);
        // 200 seconds of two replicas are reserved, the first 100 are settled
        assertEq(balanceOf(id, currency), 200 * RATE);
        proveAndSettle(terms, 300);
        assertEq(market.earnings(provider, currency), 300 * RATE);
        market.refund(terms);
        vm.prank(provider);
        market.withdrawEarnings(currency, stranger, type(uint256).max);
        assertEq(held(currency, tenant), before - 300 * RATE);
        assertEq(held(currency, address(market)), bonds);
    }
}
