// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Tidemark} from "../../MarketTest.sol";
import {AuctionStore} from "../AuctionStore.sol";

/// Acts on orders, bids and the leases that result, and records it in the store.
abstract contract AuctionHandler is Test {
    Tidemark internal immutable MARKET;
    AuctionStore internal immutable STORE;

    constructor(Tidemark market, AuctionStore store) {
        (MARKET, STORE) = (market, store);
    }

    modifier onOrder() {
        if (STORE.orders() == 0) return;
        _;
    }

    modifier onBid() {
        if (STORE.bids() == 0) return;
        _;
    }

    modifier onLease() {
        if (STORE.leases() == 0) return;
        _;
    }

    function _order(uint256 seed) internal view returns (uint256 i, AuctionStore.Asked memory order) {
        i = seed % STORE.orders();
        order = STORE.order(i);
    }

    function _bid(uint256 seed) internal view returns (uint256 i, AuctionStore.Answer memory bid) {
        i = seed % STORE.bids();
        bid = STORE.bid(i);
    }

    function _lease(uint256 seed) internal view returns (uint256 i, AuctionStore.Lease memory lease) {
        i = seed % STORE.leases();
        lease = STORE.lease(i);
    }
}
