// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {Account as LeaseAccount, Capacity, Shape} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";
import {Docket} from "./Docket.sol";
import {Store} from "./Store.sol";
import {DisputeHandler} from "./handlers/DisputeHandler.sol";
import {LiarHandler} from "./handlers/LiarHandler.sol";
import {ProviderHandler} from "./handlers/ProviderHandler.sol";
import {ReporterHandler} from "./handlers/ReporterHandler.sol";
import {StrangerHandler} from "./handlers/StrangerHandler.sol";
import {TenantHandler} from "./handlers/TenantHandler.sol";
import {TimeHandler} from "./handlers/TimeHandler.sol";

/// The invariants of faults in README.md, after every step of random lives with a provider that lies and falls silent.
contract FaultInvariants is MarketTest {
    Store private store;
    Docket private docket;
    address private reporter = makeAddr("reporter");
    address[] private parties;

    function setUp() public override {
        super.setUp();
        (store, docket) = (new Store(), new Docket());
        address[] memory tenants = new address[](2);
        tenants[0] = tenant;
        tenants[1] = makeAddr("another tenant");
        fund(tenants[1]);
        parties = [tenant, tenants[1], provider, stranger, reporter];
        targetContract(address(new TenantHandler(market, store, tenants)));
        targetContract(address(new ProviderHandler(market, store, provider, tenantKey, usd)));
        targetContract(address(new StrangerHandler(market, store, stranger, usd)));
        targetContract(address(new TimeHandler(market, store)));
        targetContract(address(new LiarHandler(market, store, provider)));
        targetContract(address(new ReporterHandler(market, store, docket, provider, parties, reporter)));
        targetContract(address(new DisputeHandler(market, store, docket, provider, parties, arbiters)));
    }

    // 10

    function invariant_TheVaultHoldsExactlyWhatItOwes() external view {
        for (uint256 c = 0; c < 2; ++c) {
            Currency currency = c == 0 ? ETH : usd;
            uint256 sum = market.earnings(address(0), currency);
            for (uint256 i = 0; i < parties.length; ++i) {
                sum += market.earnings(parties[i], currency);
            }
            if (c == 0) sum += market.providerOf(provider).bond + docket.deposits();
            for (uint256 i = 0; i < store.count(); ++i) {
                Store.Lease memory lease = store.lease(i);
                if (lease.terms.currency.isNative() == currency.isNative()) sum += balanceOf(lease.id, currency);
            }
            assertEq(held(currency, address(market)), sum);
        }
    }

    // 11

    function invariant_WhatBondsLoseIsShared() external view {
        assertEq(docket.shared(), docket.taken());
        assertEq(market.earnings(address(0), ETH), docket.burned());
        assertGe(docket.burned() * 100, docket.taken() * 15);
    }

    // 12

    function invariant_ADisputedLeaseIsPaidNothing() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            Docket.Case memory c = docket.caseOf(i);
            LeaseAccount memory a = market.accountOf(lease.id, lease.terms.currency);
            assertEq(a.frozen, c.disputed);
            assertEq(market.disputeOf(lease.id).deposit, c.disputed ? c.deposit : 0);
            if (c.disputed) assertEq(abi.encode(a.paid, a.settledAt), abi.encode(c.paid, c.settledAt));
        }
        assertEq(market.providerOf(provider).disputes, docket.open());
    }

    // 13

    function invariant_WhatWasVoidIsNeverPaid() external view {
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            Docket.Case memory c = docket.caseOf(i);
            if (!c.voided) continue;
            uint256 since = store.reserved(i) - c.reservedThen;
            uint256 paid = market.accountOf(lease.id, lease.terms.currency).paid;
            assertLe((paid - c.paidThen) * 1e12, since, "paid");
            assertLe((paid - c.paidThen + market.owed(lease.terms)) * 1e12, since + 1e12, "owed");
        }
    }

    // 14

    function invariant_WhatNoBondCoversIsNotSold() external view {
        Capacity memory c = market.capacityOf(provider);
        Shape memory capacity = Shape(c.millicores, c.memoryMiB, c.diskMiB, c.gpus);
        bool covered = market.providerOf(provider).bond >= market.bondFor(capacity);
        assertTrue(covered || keccak256(abi.encode(capacity)) == keccak256(abi.encode(Shape(0, 0, 0, 0))));
    }

    // 15: at the end of each life, everybody leaves, and only what was burned stays.

    function afterInvariant() external {
        skip(DISPUTE);
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            if (lease.open) {
                vm.prank(lease.terms.tenant);
                market.close(lease.terms);
            }
            if (market.disputeOf(lease.id).deposit != 0) market.endDispute(lease.terms);
        }
        vm.prank(provider);
        market.announceExit();
        skip(CLAIM);
        for (uint256 i = 0; i < store.count(); ++i) {
            Store.Lease memory lease = store.lease(i);
            if (balanceOf(lease.id, lease.terms.currency) > 0) market.refund(lease.terms);
        }
        vm.prank(provider);
        market.unregister();
        for (uint256 i = 0; i < parties.length; ++i) {
            _withdraw(parties[i], ETH);
            _withdraw(parties[i], usd);
        }
        assertEq(address(market).balance, docket.burned(), "somebody could not leave");
        assertEq(token.balanceOf(address(market)), 0, "somebody could not leave");
    }

    function _withdraw(address who, Currency currency) private {
        if (market.earnings(who, currency) == 0) return;
        vm.prank(who);
        market.withdrawEarnings(currency, who, type(uint256).max);
    }
}
