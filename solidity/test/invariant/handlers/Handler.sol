// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

import {Currency} from "../../../src/types/Currency.sol";
import {Claim, Statement, Terms} from "../../../src/types/DataTypes.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";

/// Acts on the market with inputs that are mostly legal, and records it in the store.
abstract contract Handler is Test {
    Tidemark internal immutable MARKET;
    Store internal immutable STORE;

    constructor(Tidemark market, Store store) {
        (MARKET, STORE) = (market, store);
    }

    /// Skips the action while there is no lease.
    modifier onLease() {
        if (STORE.count() == 0) return;
        _;
    }

    function _pick(uint256 seed) internal view returns (uint256 i, Store.Lease memory lease) {
        i = seed % STORE.count();
        lease = STORE.lease(i);
    }

    function _claim(Terms memory terms, Statement memory statement) internal view returns (Claim memory) {
        return Claim({orderHash: MARKET.orderHashOf(terms), rates: terms.rates, statement: statement});
    }

    function _held(Currency currency, address who) internal view returns (uint256) {
        return currency.isNative() ? who.balance : IERC20(Currency.unwrap(currency)).balanceOf(who);
    }

    function _topUp(address from, uint256 i, Store.Lease memory lease, uint256 amount) internal {
        Currency currency = lease.terms.currency;
        vm.prank(from);
        MARKET.topUp{value: currency.isNative() ? amount : 0}(currency, lease.id, amount);
        STORE.deposited(i, amount);
    }
}
