// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Accrual} from "../../src/libraries/Accrual.sol";
import {Currency} from "../../src/types/Currency.sol";
import {
    Account as LeaseAccount,
    Capacity,
    LeasePolicy,
    Reservation,
    Shape,
    Status
} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";
import {Store} from "./Store.sol";
import {ProviderHandler} from "./handlers/ProviderHandler.sol";
import {StrangerHandler} from "./handlers/StrangerHandler.sol";
import {TenantHandler} from "./handlers/TenantHandler.sol";
import {TimeHandler} from "./handlers/TimeHandler.sol";

/// The invariants of README.md, after every step of random lives of up to six leases in ETH and in a token.
contract Invariants is MarketTest {
    Store private store;

    function setUp() public override {
        super.setUp();
        store = new Store();
        address[] memory tenants = new address[](2);
        tenants[0] = tenant;
        tenants[1] = makeAddr("another tenant");
        fund(tenants[1]);
        targetContract(address(new TenantHandler(market, store, tenants)));
        targetContract(address(new ProviderHandler(market, store, provider, tenantKey, usd)));
        targetContract(address(new StrangerHandler(market, store, stranger, usd)));
        targetContract(address(new TimeHandler(market, store)));
    }

    function _currency(uint256 i) private view returns (Currency) {
        return i == 0 ? ETH : usd;
    }

    function _sameCurrency(Currency a, Currency b) private pure returns (bool) {
        return Currency.unwrap(a) == Currency.unwrap(b);
    }

    // 1

    function invariant_TheVaultHoldsExactlyWhatItOwes() external view {
        for (uint256 c = 0; c < 2; ++c) {
            Currency currency = _currency(c);
            uint256 sum = market.earnings(provider, currency) + market.earnings(stranger, currency);
            if (currency.isNative()) sum += market.providerOf(provider).bond;
            for (uint256 i = 0; i < store.count(); ++i) {
                Store.Lease memory lease = store.lease(i);
                if (_sameCurrency(lease.terms.currency, currency)) sum += balanceOf(lease.id, currency);
            }
            assertEq(held(currency, address(market)), sum);
        }
    }

    // 2 and 3

    function invariant_ALeasesMoneyIsItsOwn() external view {
        uint256[2] memory earned;
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            LeaseAccount memory a = market.accountOf(lease.id, lease.terms.currency);
            assertEq(uint256(a.balance) + a.paid + lease.returned, lease.deposited);
            assertEq(a.paid, lease.earned);
            earned[lease.terms.currency.isNative() ? 0 : 1] += lease.earned;
        }
        for (uint256 c = 0; c < 2; ++c) {
            assertEq(market.earnings(provider, _currency(c)) + store.paidOut(_currency(c)), earned[c]);
        }
    }

    // 4

    function invariant_PaidIsWithinPriceReserveAndDeposits() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            uint256 paid = market.accountOf(lease.id, lease.terms.currency).paid;
            assertLe(paid, Accrual.price(lease.terms.rates, lease.statement), "price");
            assertLe(paid, store.reserved(i) / 1e12, "reserve");
            assertLe(paid, lease.deposited, "deposits");
        }
    }

    // 5

    function invariant_WhatMayBeOwedIsWithinTheReserve() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            uint256 paid = market.accountOf(lease.id, lease.terms.currency).paid;
            uint256 owed = market.owed(lease.terms);
            assertLe((owed + paid) * 1e12, store.reserved(i) + 1e12, "reserve");
            uint256 balance = balanceOf(lease.id, lease.terms.currency);
            uint256 free = market.withdrawable(lease.terms);
            assertTrue(free == 0 || free + owed <= balance, "free");
        }
    }

    // 6

    function invariant_ReplicasAreWithinThePolicy() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            Reservation memory r = market.reservationOf(lease.id);
            if (lease.open) {
                assertGe(r.replicas, market.accountOf(lease.id, lease.terms.currency).minReplicas);
                assertLe(r.replicas, lease.policy.maxReplicas);
                assertEq(keccak256(abi.encode(_policyOf(lease, r))), keccak256(abi.encode(lease.policy)));
            } else {
                assertEq(r.maxReplicas, 0);
                assertEq(uint8(market.statusOf(lease.terms)), uint8(Status.Closed));
            }
            assertEq(r.replicas, lease.replicas);
        }
    }

    function _policyOf(Store.Lease memory lease, Reservation memory r) private view returns (LeasePolicy memory) {
        return LeasePolicy({
            minReplicas: market.accountOf(lease.id, lease.terms.currency).minReplicas,
            maxReplicas: r.maxReplicas,
            target: r.target,
            up: r.up,
            down: r.down,
            cooldown: r.cooldown,
            step: r.step,
            headroom: r.headroom
        });
    }

    // 7

    function invariant_HeldCapacityIsThatOfOpenLeases() external view {
        uint256[4] memory sum;
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            if (!lease.open) continue;
            Shape memory s = lease.terms.shape;
            sum[0] += s.millicores * lease.policy.maxReplicas;
            sum[1] += s.memoryMiB * lease.policy.maxReplicas;
            sum[2] += s.diskMiB * lease.policy.maxReplicas;
            sum[3] += s.gpus * lease.policy.maxReplicas;
        }
        Capacity memory c = market.capacityOf(provider);
        assertEq(c.heldMillicores, sum[0]);
        assertEq(c.heldMemoryMiB, sum[1]);
        assertEq(c.heldDiskMiB, sum[2]);
        assertEq(c.heldGpus, sum[3]);
    }

    // 8

    function invariant_AProviderStepsAsFarAsDemandJustifies() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Step memory s = store.lease(i).step;
            if (s.count == 0) continue;
            LeasePolicy memory p = s.policy;
            assertTrue(p.minReplicas <= s.to && s.to <= p.maxReplicas, "bounds");
            assertGe(s.waited, p.cooldown, "cooldown");
            assertLe(s.unsettled, CLAIM, "lapse");
            assertGt(s.statement.time, s.before, "one step a statement");
            uint256 u = s.statement.utilization > 10_000 ? 10_000 : s.statement.utilization;
            // in basis points of one replica
            uint256 load = s.from * u;
            if (s.from == 0) {
                assertGt(s.to, 0, "step from zero");
                assertLe(s.to, p.step, "step from zero");
                assertLe(s.to, p.headroom, "beyond what the tenant grants to wake");
            } else if (s.to > s.from) {
                assertLe(s.to - s.from, p.step, "step up");
                assertGt(u, uint256(p.up) * 100, "up");
                if (s.to > p.headroom) assertGt(load, (s.to - p.headroom - 1) * p.target * 100, "beyond demand");
            } else {
                assertLe(s.from - s.to, p.step, "step down");
                assertLt(u, uint256(p.down) * 100, "down");
                if (s.to != 0 || s.from != 1 || p.headroom == 0) assertLe(load, s.to * p.target * 100, "below demand");
            }
        }
    }

    // 9: at the end of each life, everybody leaves.

    function afterInvariant() external {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            if (!lease.open) continue;
            vm.prank(lease.terms.tenant);
            market.close(lease.terms);
        }
        vm.prank(provider);
        market.announceExit();
        skip(CLAIM);
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            if (balanceOf(lease.id, lease.terms.currency) > 0) market.refund(lease.terms);
        }
        vm.startPrank(provider);
        market.unregister();
        for (uint256 c = 0; c < 2; ++c) {
            Currency currency = _currency(c);
            if (market.earnings(provider, currency) > 0) {
                market.withdrawEarnings(currency, provider, type(uint256).max);
            }
            assertEq(held(currency, address(market)), 0, "somebody could not leave");
        }
    }
}
