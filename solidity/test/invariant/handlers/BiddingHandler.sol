// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../../src/types/Currency.sol";
import {Bid, Rates} from "../../../src/types/DataTypes.sol";
import {BidId} from "../../../src/types/Ids.sol";
import {Tidemark} from "../../MarketTest.sol";
import {AuctionStore} from "../AuctionStore.sol";
import {AuctionHandler} from "./AuctionHandler.sol";

/// Providers: they bid, fill all places of an order, displace each other, and release what lost.
contract BiddingHandler is AuctionHandler {
    uint256 private constant MOST_BIDS = 16;

    address[] private providers;
    uint256 private immutable DEPOSIT;

    constructor(Tidemark market, AuctionStore store, address[] memory providers_, uint256 deposit)
        AuctionHandler(market, store)
    {
        (providers, DEPOSIT) = (providers_, deposit);
    }

    function bid(uint256 seed) external onOrder {
        (uint256 i, AuctionStore.Asked memory o) = _order(seed);
        if (STORE.places(i) == MOST_BIDS) return;
        _place(seed >> 8, i, o, (1 + (seed >> 64) % 10) * 1e12, type(uint256).max);
    }

    /// So many bids that there is no place left, or nearly.
    function flood(uint256 seed) external onOrder {
        if (seed % 2 != 0) return;
        (uint256 i, AuctionStore.Asked memory o) = _order(seed >> 1);
        for (uint256 places = STORE.places(i) + (seed >> 8) % 2; places < MOST_BIDS; ++places) {
            _place(seed >> places, i, o, (1 + places % 10) * 1e12, type(uint256).max);
        }
    }

    /// A bid, just below another, which it takes the place of when there is none left.
    function displace(uint256 seed) external onBid {
        (uint256 j, AuctionStore.Answer memory other) = _bid(seed);
        uint256 i = other.order;
        bool full = STORE.places(i) == MOST_BIDS;
        _place(seed >> 8, i, STORE.order(i), other.terms.rates.reserved - 1e9, j);
        if (full) STORE.released(j);
    }

    /// @param displaced The bid to displace, or none.
    function _place(uint256 seed, uint256 i, AuctionStore.Asked memory o, uint256 reserved, uint256 displaced) private {
        Bid memory terms;
        terms.provider = providers[seed % providers.length];
        // all different
        uint104 rate = uint104(reserved - STORE.bids());
        terms.rates = Rates({reserved: rate, replicaSecond: rate, cpuSecond: 0, memoryMiBSecond: 0, networkMiB: 0});
        terms.expiry = uint32(o.terms.bidUntil + (seed >> 16) % (o.terms.acceptUntil - o.terms.bidUntil + 1));
        Bid memory other;
        if (displaced != type(uint256).max) other = STORE.bid(displaced).terms;
        vm.deal(terms.provider, DEPOSIT);
        vm.prank(terms.provider);
        BidId id = MARKET.bid{value: DEPOSIT}(o.terms, terms, other);
        STORE.answered(i, terms, id);
    }

    /// Any bid: what may still win, has won or was released before has to be refused.
    function releaseBid(uint256 seed) external onBid {
        (uint256 i, AuctionStore.Answer memory b) = _bid(seed);
        vm.prank(b.terms.provider);
        MARKET.releaseBid(STORE.order(b.order).terms, b.terms);
        STORE.released(i);
    }

    function withdrawEarnings(uint256 seed, uint256 amount) external {
        address provider = providers[seed % providers.length];
        Currency native = Currency.wrap(address(0));
        uint256 all = MARKET.earnings(provider, native);
        if (all == 0) return;
        amount = bound(amount, 1, all);
        vm.prank(provider);
        MARKET.withdrawEarnings(native, provider, amount);
        STORE.left(provider, native, amount);
    }
}
