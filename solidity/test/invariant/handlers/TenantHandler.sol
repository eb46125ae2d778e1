// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Accrual} from "../../../src/libraries/Accrual.sol";
import {LeasePolicy, Offer, Order, Shape, Terms} from "../../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../../src/types/Ids.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// Tenants: they open, fund, drain, scale and close.
contract TenantHandler is Handler {
    uint256 private constant MOST_LEASES = 6;

    address[] private tenants;

    constructor(Tidemark market, Store store, address[] memory tenants_) Handler(market, store) {
        tenants = tenants_;
    }

    function take(uint256 seed, uint16 replicas, uint16 min, uint16 max, uint32 deposit) external {
        if (STORE.count() == MOST_LEASES) return;
        address tenant = tenants[seed % tenants.length];
        OfferId offerId = OfferId.wrap(uint32(1 + (seed >> 8) % MARKET.offerCount()));
        Order memory o = _order(seed, replicas, min, max);
        Offer memory offer = MARKET.offerOf(offerId);
        Terms memory terms = Terms({
            tenant: tenant,
            provider: offer.provider,
            currency: offer.currency,
            shape: o.shape,
            rates: Accrual.rates(offer.prices, o.shape),
            manifestHash: o.manifestHash,
            salt: o.salt
        });
        uint256 amount = uint256(terms.rates.reserved) * o.replicas * 30 / 1e12 + 1 + deposit % 100_000;
        if (seed >> 64 & 1 == 1) amount += 100_000; // enough to grow
        vm.prank(tenant);
        LeaseId id = MARKET.take{value: offer.currency.isNative() ? amount : 0}(offerId, o, amount);
        STORE.opened(terms, id, o.replicas, o.policy, amount);
    }

    function _order(uint256 seed, uint16 replicas, uint16 min, uint16 max) private view returns (Order memory) {
        max = uint16(seed % 4 == 0 ? bound(max, 1, 10) : bound(max, 8, 10)); // mostly with room to move
        min = uint16(seed % 4 == 0 ? bound(min, 0, max) : bound(min, 0, 2));
        replicas = uint16(seed % 4 == 0 ? replicas : bound(replicas, 3, 6));
        return Order({
            shape: Shape({millicores: 1337, memoryMiB: 1000, diskMiB: 77, gpus: 1}),
            replicas: uint16(bound(replicas, min, max)),
            policy: _policy(seed, min, max),
            maxRate: type(uint104).max,
            manifestHash: "manifest",
            salt: uint64(STORE.count())
        });
    }

    /// Thresholds, cooldown, step and headroom of all kinds, in sound order.
    function _policy(uint256 seed, uint16 min, uint16 max) private pure returns (LeasePolicy memory p) {
        (p.minReplicas, p.maxReplicas) = (min, max);
        p.target = uint8(20 + (seed >> 16) % 61);
        p.up = uint8(p.target + (seed >> 24) % 21);
        p.down = uint8(p.target - 1 - (seed >> 32) % 20);
        p.cooldown = uint16((seed >> 40) % 3 * 15);
        p.step = uint8(1 + (seed >> 48) % 4);
        p.headroom = uint8((seed >> 56) % 3);
    }

    /// Any bounds: those that leave out the present count have to be refused, and those that the capacity cannot hold.
    function setPolicy(uint256 seed, uint16 min, uint16 max) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        max = uint16(seed % 8 == 0 ? bound(max, 1, 20_000) : bound(max, 4, 14));
        LeasePolicy memory p = _policy(seed, uint16(bound(min, 0, max < 2 ? max : 2)), max);
        vm.prank(lease.terms.tenant);
        MARKET.setPolicy(lease.terms, p);
        STORE.governed(i, p);
    }

    function topUp(uint256 seed, uint16 amount) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        _topUp(lease.terms.tenant, i, lease, uint256(amount) + 1);
    }

    function withdraw(uint256 seed, uint256 amount) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        uint256 free = MARKET.withdrawable(lease.terms);
        if (free == 0 || !lease.open) return;
        amount = bound(amount, 1, free);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(lease.terms.tenant);
        MARKET.withdraw(lease.terms, amount);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
    }

    /// Any count at all: what the policy forbids, the market has to refuse.
    function scale(uint256 seed, uint16 replicas) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        replicas = uint16(bound(replicas, 0, 12));
        vm.prank(lease.terms.tenant);
        MARKET.scale(lease.terms, replicas);
        STORE.scaled(i, replicas);
    }

    /// Rarely, or no lease would live long.
    function close(uint256 seed) external onLease {
        if (seed % 8 != 0) return;
        (uint256 i, Store.Lease memory lease) = _pick(seed >> 3);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(lease.terms.tenant);
        MARKET.close(lease.terms);
        STORE.closed(i);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
    }
}
