// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Accrual} from "../../../src/libraries/Accrual.sol";
import {Currency} from "../../../src/types/Currency.sol";
import {Acceptance, AuctionOrder, LeasePolicy, Offer, Order, Shape, Terms} from "../../../src/types/DataTypes.sol";
import {LeaseId, OfferId, OrderId} from "../../../src/types/Ids.sol";
import {Tidemark} from "../../MarketTest.sol";
import {AuctionStore} from "../AuctionStore.sol";
import {AuctionHandler} from "./AuctionHandler.sol";

/// Tenants: they open orders, cancel them, accept bids, several at once, and take their leases elsewhere.
contract AskingHandler is AuctionHandler {
    uint256 private constant MOST_ORDERS = 6;

    address[] private tenants;
    Currency private immutable NASTY;

    constructor(Tidemark market, AuctionStore store, address[] memory tenants_, Currency nasty)
        AuctionHandler(market, store)
    {
        (tenants, NASTY) = (tenants_, nasty);
    }

    function _vault(Currency currency) private view returns (uint256) {
        if (currency.isNative()) return address(MARKET).balance;
        return IERC20(Currency.unwrap(currency)).balanceOf(address(MARKET));
    }

    function openOrder(uint256 seed, uint24 deposit) external {
        if (STORE.orders() == MOST_ORDERS) return;
        AuctionOrder memory o = _asked(seed);
        uint256 amount = seed % 8 == 0 ? uint256(deposit) : uint256(deposit) + 50_000;
        uint256 before = _vault(o.currency);
        vm.prank(o.tenant);
        OrderId id = MARKET.openOrder{value: o.currency.isNative() ? amount : 0}(o, amount);
        STORE.asked(o, id, _vault(o.currency) - before);
    }

    function _asked(uint256 seed) private view returns (AuctionOrder memory o) {
        uint16 max = uint16(3 + (seed >> 8) % 6);
        o.tenant = tenants[(seed >> 16) % tenants.length];
        o.currency = seed >> 24 & 1 == 0 ? Currency.wrap(address(0)) : NASTY;
        o.order = Order({
            shape: Shape({millicores: 1337, memoryMiB: 1000, diskMiB: 77, gpus: 1}),
            replicas: uint16(1 + (seed >> 32) % 3),
            policy: LeasePolicy(0, max, 70, 80, 50, 60, 2, 1),
            maxRate: type(uint104).max,
            manifestHash: "manifest",
            salt: uint64(STORE.orders())
        });
        o.bidUntil = uint32(block.timestamp + 100 + (seed >> 40) % 1000);
        o.acceptUntil = uint32(o.bidUntil + (seed >> 56) % 3000);
    }

    function cancelOrder(uint256 seed) external onOrder {
        if (seed % 2 != 0) return;
        (uint256 i, AuctionStore.Asked memory o) = _order(seed >> 1);
        uint256 before = _vault(o.terms.currency);
        vm.prank(o.terms.tenant);
        MARKET.cancelOrder(o.terms);
        STORE.cancelled(i, o.deposit - (before - _vault(o.terms.currency)));
    }

    /// Up to four bids of one tenant's orders; mostly such as can be accepted, at times one among them that cannot.
    function accept(uint256 seed) external onBid {
        uint256[] memory chosen = new uint256[](4);
        uint256 count = 0;
        (uint256 first,) = _bid(seed);
        address tenant = STORE.order(STORE.bid(first).order).terms.tenant;
        bool spoiled = seed >> 16 & 7 == 0;
        for (uint256 k = 0; k < STORE.bids() && count < 1 + (seed >> 24) % 4; ++k) {
            uint256 i = (first + k) % STORE.bids();
            if (_fits(i, tenant, chosen, count) || (spoiled && k % 5 == 4)) chosen[count++] = i;
        }
        if (count == 0) return;
        _accept(tenant, chosen, count);
    }

    function _fits(uint256 i, address tenant, uint256[] memory chosen, uint256 count) private view returns (bool) {
        AuctionStore.Answer memory b = STORE.bid(i);
        AuctionStore.Asked memory o = STORE.order(b.order);
        if (!b.live || !o.open || o.terms.tenant != tenant) return false;
        for (uint256 k = 0; k < count; ++k) {
            if (STORE.bid(chosen[k]).order == b.order) return false;
        }
        return true;
    }

    function _accept(address tenant, uint256[] memory chosen, uint256 count) private {
        Acceptance[] memory all = new Acceptance[](count);
        for (uint256 k = 0; k < count; ++k) {
            AuctionStore.Answer memory b = STORE.bid(chosen[k]);
            all[k] = Acceptance(STORE.order(b.order).terms, b.terms);
        }
        vm.prank(tenant);
        LeaseId[] memory ids = MARKET.accept(all);
        for (uint256 k = 0; k < count; ++k) {
            STORE.won(chosen[k], ids[k], all[k].order.order.policy.maxReplicas, 0);
        }
    }

    /// The first bid, from anywhere, that could take the lease; at times any bid at all.
    function moveToBid(uint256 seed) external onLease onBid {
        (uint256 i, AuctionStore.Lease memory lease) = _lease(seed);
        uint256 count = STORE.bids();
        bool any = seed >> 16 & 15 == 0;
        for (uint256 k = 0; k < count; ++k) {
            uint256 j = ((seed >> 24) + k) % count;
            if (!any && !_takes(j, lease.terms)) continue;
            _moveToBid(i, lease, j);
            return;
        }
    }

    function _takes(uint256 j, Terms memory terms) private view returns (bool) {
        AuctionStore.Answer memory b = STORE.bid(j);
        AuctionStore.Asked memory o = STORE.order(b.order);
        return b.live && o.terms.tenant == terms.tenant
            && Currency.unwrap(o.terms.currency) == Currency.unwrap(terms.currency)
            && (o.open || o.terms.order.salt == terms.salt);
    }

    function _moveToBid(uint256 i, AuctionStore.Lease memory lease, uint256 j) private {
        AuctionStore.Answer memory b = STORE.bid(j);
        AuctionOrder memory o = STORE.order(b.order).terms;
        uint256 before = MARKET.accountOf(lease.id, lease.terms.currency).balance;
        vm.prank(lease.terms.tenant);
        LeaseId id = MARKET.moveToBid(lease.terms, o, b.terms);
        STORE.won(j, id, lease.maxReplicas, _left(i, lease, before));
    }

    function moveToOffer(uint256 seed) external onLease {
        (uint256 i, AuctionStore.Lease memory lease) = _lease(seed);
        OfferId offerId = OfferId.wrap(uint32(1 + (seed >> 8) % MARKET.offerCount()));
        Offer memory offer = MARKET.offerOf(offerId);
        uint256 before = MARKET.accountOf(lease.id, lease.terms.currency).balance;
        vm.prank(lease.terms.tenant);
        LeaseId id = MARKET.moveToOffer(lease.terms, offerId, type(uint104).max);
        Terms memory next = lease.terms;
        (next.provider, next.rates) = (offer.provider, Accrual.rates(offer.prices, next.shape));
        uint256 amount = _left(i, lease, before);
        STORE.opened(next, id, lease.maxReplicas, amount);
    }

    /// What went from a lease to the next.
    function _left(uint256 i, AuctionStore.Lease memory lease, uint256 before) private returns (uint256 amount) {
        amount = before - MARKET.accountOf(lease.id, lease.terms.currency).balance;
        STORE.closed(i);
        STORE.returned(i, amount);
    }

    function setPolicy(uint256 seed, uint16 max) external onLease {
        (uint256 i, AuctionStore.Lease memory lease) = _lease(seed);
        max = uint16(bound(max, 1, 20));
        vm.prank(lease.terms.tenant);
        MARKET.setPolicy(lease.terms, LeasePolicy(0, max, 50, 60, 40, 30, 1, 1));
        STORE.governed(i, max);
    }

    function close(uint256 seed) external onLease {
        if (seed % 8 != 0) return;
        (uint256 i, AuctionStore.Lease memory lease) = _lease(seed >> 3);
        uint256 before = MARKET.accountOf(lease.id, lease.terms.currency).balance;
        vm.prank(lease.terms.tenant);
        MARKET.close(lease.terms);
        STORE.closed(i);
        STORE.returned(i, before - MARKET.accountOf(lease.id, lease.terms.currency).balance);
    }

    function withdrawEarnings(uint256 seed, bool native) external {
        address tenant = tenants[seed % tenants.length];
        Currency currency = native ? Currency.wrap(address(0)) : NASTY;
        uint256 amount = MARKET.earnings(tenant, currency);
        if (amount == 0) return;
        vm.prank(tenant);
        MARKET.withdrawEarnings(currency, tenant, amount);
        STORE.left(tenant, currency, amount);
    }
}
