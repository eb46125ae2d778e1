// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Accrual} from "../../../src/libraries/Accrual.sol";
import {Currency} from "../../../src/types/Currency.sol";
import {Offer, Order, Policy, Shape, Terms} from "../../../src/types/DataTypes.sol";
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
        Order memory o = _order(replicas, min, max);
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
        vm.prank(tenant);
        LeaseId id = MARKET.take{value: offer.currency.isNative() ? amount : 0}(offerId, o, amount);
        STORE.opened(terms, id, o.replicas, o.policy.maxReplicas, amount);
        STORE.did("take");
    }

    function _order(uint16 replicas, uint16 min, uint16 max) private view returns (Order memory) {
        max = uint16(bound(max, 1, 10));
        min = uint16(bound(min, 0, max));
        return Order({
            shape: Shape({millicores: 1337, memoryMiB: 1000, diskMiB: 77, gpus: 1}),
            replicas: uint16(bound(replicas, min, max)),
            policy: Policy(min, max, 70, 80, 50, 60, 2, 1),
            maxRate: type(uint104).max,
            manifestHash: "manifest",
            salt: uint64(STORE.count())
        });
    }

    function topUp(uint256 seed, uint16 amount) external onLease(seed) {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        _topUp(lease.terms.tenant, i, lease, uint256(amount) + 1);
    }

    function withdraw(uint256 seed, uint256 amount) external onLease(seed) {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        uint256 free = MARKET.withdrawable(lease.terms);
        if (free == 0 || !lease.open) return;
        amount = bound(amount, 1, free);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(lease.terms.tenant);
        MARKET.withdraw(lease.terms, amount);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
        STORE.did("withdraw");
    }

    /// Any count at all: what the policy forbids, the market has to refuse.
    function scale(uint256 seed, uint16 replicas) external onLease(seed) {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        replicas = uint16(bound(replicas, 0, 12));
        vm.prank(lease.terms.tenant);
        MARKET.scale(lease.terms, replicas);
        STORE.scaled(i, replicas);
        STORE.did("scale");
    }

    /// Rarely, or no lease would live long.
    function close(uint256 seed) external onLease(seed) {
        if (seed % 4 != 0) return;
        (uint256 i, Store.Lease memory lease) = _pick(seed >> 2);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(lease.terms.tenant);
        MARKET.close(lease.terms);
        STORE.closed(i);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
        STORE.did("close");
    }
}
