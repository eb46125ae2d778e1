// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {Capacity, OrderState} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";
import {NastyToken} from "../tokens/NastyToken.sol";
import {AuctionStore} from "./AuctionStore.sol";
import {Store} from "./Store.sol";
import {AskingHandler} from "./handlers/AskingHandler.sol";
import {BiddingHandler} from "./handlers/BiddingHandler.sol";
import {GrieferHandler} from "./handlers/GrieferHandler.sol";
import {TimeHandler} from "./handlers/TimeHandler.sol";

/// The auction's invariants of README.md, after every step of random lives of up to six orders, in ETH and in a token that misbehaves.
contract Auctions is MarketTest {
    AuctionStore private store;
    NastyToken private nasty;
    address[] private tenants;
    address[] private providers;

    function setUp() public override {
        super.setUp();
        store = new AuctionStore();
        nasty = new NastyToken(18);
        tenants = [tenant, makeAddr("another tenant")];
        providers = [provider, makeAddr("another provider")];
        for (uint256 i = 0; i < 2; ++i) {
            vm.deal(tenants[i], 1000 ether);
            nasty.mint(tenants[i], 1e18);
            vm.prank(tenants[i]);
            nasty.approve(address(market), type(uint256).max);
            vm.deal(providers[i], MIN_BOND);
            vm.startPrank(providers[i]);
            if (i == 1) market.register{value: MIN_BOND}(plenty(), "", "");
            market.listOffer(ETH, prices());
            market.listOffer(_currency(1), prices());
            vm.stopPrank();
        }
        targetContract(address(new AskingHandler(market, store, tenants, _currency(1))));
        targetContract(address(new BiddingHandler(market, store, providers, BID_DEPOSIT)));
        targetContract(address(new GrieferHandler(market, store, stranger, tenant, nasty)));
        targetContract(address(new TimeHandler(market, new Store())));
    }

    function _currency(uint256 i) private view returns (Currency) {
        return i == 0 ? ETH : Currency.wrap(address(nasty));
    }

    function _in(Currency a, Currency b) private pure returns (bool) {
        return Currency.unwrap(a) == Currency.unwrap(b);
    }

    // 1

    function invariant_TheVaultHoldsExactlyWhatItOwes() external view {
        for (uint256 c = 0; c < 2; ++c) {
            Currency currency = _currency(c);
            uint256 sum = 0;
            for (uint256 i = 0; i < 2; ++i) {
                sum += market.earnings(tenants[i], currency) + market.earnings(providers[i], currency);
                if (c == 0) sum += market.providerOf(providers[i]).bond;
            }
            for (uint256 i = 0; i < store.orders(); ++i) {
                AuctionStore.Asked memory o = store.order(i);
                if (_in(o.terms.currency, currency)) sum += market.orderOf(o.id).deposit;
            }
            for (uint256 i = 0; c == 0 && i < store.bids(); ++i) {
                sum += market.bidOf(store.bid(i).id).deposit;
            }
            for (uint256 i = 0; i < store.leases(); ++i) {
                AuctionStore.Lease memory l = store.lease(i);
                if (_in(l.terms.currency, currency)) sum += balanceOf(l.id, currency);
            }
            assertEq(held(currency, address(market)), sum);
        }
    }

    // 2 and 3

    function invariant_OrdersAndBidsEndOnce() external view {
        uint256[2] memory returned;
        for (uint256 i = 0; i < store.bids(); ++i) {
            AuctionStore.Answer memory b = store.bid(i);
            assertEq(market.bidOf(b.id).live, b.live, "live");
            assertEq(market.bidOf(b.id).deposit, b.live ? BID_DEPOSIT : 0, "deposit of a bid");
            assertEq(b.returned, b.live ? 0 : 1, "returned");
            returned[b.terms.provider == provider ? 0 : 1] += b.returned * BID_DEPOSIT;
        }
        for (uint256 i = 0; i < store.orders(); ++i) {
            AuctionStore.Asked memory o = store.order(i);
            OrderState memory state = market.orderOf(o.id);
            assertEq(state.open, o.open, "open");
            assertTrue(state.known && !state.bound, "known");
            assertEq(state.deposit, o.open ? o.deposit : 0, "deposit of an order");
            assertEq(o.won + o.cancelled, o.open ? 0 : 1, "ends");
            assertEq(state.bids, store.places(i), "places");
            assertLe(state.bids, 16, "places");
        }
        for (uint256 i = 0; i < 2; ++i) {
            uint256 earned = market.earnings(providers[i], ETH) + store.paidOut(providers[i], ETH);
            assertEq(earned, returned[i], "earnings of a provider");
            for (uint256 c = 0; c < 2; ++c) {
                earned = market.earnings(tenants[i], _currency(c)) + store.paidOut(tenants[i], _currency(c));
                assertEq(earned, store.credited(tenants[i], _currency(c)), "earnings of a tenant");
            }
        }
    }

    // 4

    function invariant_ALeaseHasWhatItsOrderOrLeaseBrought() external view {
        for (uint256 i = 0; i < store.leases(); ++i) {
            AuctionStore.Lease memory l = store.lease(i);
            assertEq(balanceOf(l.id, l.terms.currency) + l.returned, l.deposited);
            assertEq(market.reservationOf(l.id).maxReplicas, l.open ? l.maxReplicas : 0);
        }
    }

    // 5

    function invariant_HeldCapacityIsThatOfOpenLeasesAndLiveBids() external view {
        for (uint256 k = 0; k < 2; ++k) {
            uint256 replicas = 0;
            for (uint256 i = 0; i < store.leases(); ++i) {
                AuctionStore.Lease memory l = store.lease(i);
                if (l.open && l.terms.provider == providers[k]) replicas += l.maxReplicas;
            }
            for (uint256 i = 0; i < store.bids(); ++i) {
                AuctionStore.Answer memory b = store.bid(i);
                if (!b.live || b.terms.provider != providers[k]) continue;
                replicas += store.order(b.order).terms.order.policy.maxReplicas;
            }
            Capacity memory c = market.capacityOf(providers[k]);
            assertEq(c.heldMillicores, 1337 * replicas);
            assertEq(c.heldMemoryMiB, 1000 * replicas);
            assertEq(c.heldDiskMiB, 77 * replicas);
            assertEq(c.heldGpus, replicas);
        }
    }

    // 6: at the end of each life, everybody leaves.

    function afterInvariant() external {
        nasty.setMode(NastyToken.Mode.Plain);
        for (uint256 i = 0; i < store.orders(); ++i) {
            AuctionStore.Asked memory o = store.order(i);
            if (!o.open) continue;
            vm.prank(o.terms.tenant);
            market.cancelOrder(o.terms);
        }
        for (uint256 i = 0; i < store.leases(); ++i) {
            AuctionStore.Lease memory l = store.lease(i);
            if (!l.open) continue;
            vm.prank(l.terms.tenant);
            market.close(l.terms);
        }
        skip(CLAIM + 5000);
        for (uint256 i = 0; i < store.bids(); ++i) {
            AuctionStore.Answer memory b = store.bid(i);
            if (b.live) market.releaseBid(store.order(b.order).terms, b.terms);
        }
        for (uint256 i = 0; i < store.leases(); ++i) {
            AuctionStore.Lease memory l = store.lease(i);
            if (balanceOf(l.id, l.terms.currency) > 0) market.refund(l.terms);
        }
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(providers[i]);
            market.announceExit();
            skip(CLAIM);
            vm.prank(providers[i]);
            market.unregister();
            for (uint256 c = 0; c < 2; ++c) {
                _takeEarnings(providers[i], _currency(c));
                _takeEarnings(tenants[i], _currency(c));
            }
        }
        for (uint256 c = 0; c < 2; ++c) {
            assertEq(held(_currency(c), address(market)), 0, "somebody could not leave");
        }
    }

    function _takeEarnings(address who, Currency currency) private {
        uint256 amount = market.earnings(who, currency);
        if (amount == 0) return;
        vm.prank(who);
        market.withdrawEarnings(currency, who, amount);
    }
}
