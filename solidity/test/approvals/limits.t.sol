// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Bound, Consents, LeasePolicy, Limit, Order, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {Wallet} from "../payees/Wallet.sol";
import {NastyToken} from "../tokens/NastyToken.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

/// What a bound account may do alone, verb by verb.
contract LimitsTest is ApprovalsTest {
    // take

    function _take(Currency currency, Order memory o, uint256 deposit) private {
        bool native = currency.isNative();
        vm.prank(tenant);
        market.take{value: native ? deposit : 0}(native ? ethOffer : usdOffer, o, deposit);
    }

    function test_TakeUpToEachLimit() external {
        for (uint64 i = 0; i < 3; ++i) {
            _take(usd, order(2, i), DEPOSIT);
            _take(ETH, order(2, i), DEPOSIT);
            LeaseId id = market.idOf(termsOf(tenant, usd, order(2, i)));
            assertTrue(market.accountOf(id, usd).bound);
        }
        assertEq(exposedOf(tenant, usd), EXPOSURE_LIMIT);
        assertEq(exposedOf(tenant, ETH), EXPOSURE_LIMIT);
    }

    function test_TakeBeyondTheRate() external {
        Order memory o = order(2, 1);
        (o.policy.maxReplicas, o.maxRate) = (11, type(uint104).max);
        expectConsentRequired(tenant, Bound.Rate, RATE * 11e12, RATE_LIMIT);
        _take(usd, o, DEPOSIT);
        act(abi.encodeCall(IMarket.take, (usdOffer, o, DEPOSIT)), 0, 0);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
    }

    function testFuzz_TakeBeyondTheAmount(uint256 deposit) external {
        deposit = bound(deposit, DEPOSIT + 1, 1e17);
        expectConsentRequired(tenant, Bound.Amount, deposit, AMOUNT_LIMIT);
        _take(usd, order(2, 1), deposit);
        expectConsentRequired(tenant, Bound.Amount, deposit, AMOUNT_LIMIT);
        _take(ETH, order(2, 1), deposit);
        act(abi.encodeCall(IMarket.take, (usdOffer, order(2, 1), deposit)), 0, 0);
        assertEq(exposedOf(tenant, usd), deposit);
        assertEq(exposedOf(tenant, ETH), 0);
    }

    function testFuzz_TakeBeyondTheExposure(uint256 last, uint256 more) external {
        last = bound(last, 2 * RATE * NOTICE, DEPOSIT);
        _take(usd, order(2, 1), DEPOSIT);
        _take(usd, order(2, 2), DEPOSIT);
        _take(usd, order(2, 3), last);
        more = bound(more, DEPOSIT - last + 1, DEPOSIT);
        if (more < 2 * RATE * NOTICE) more = 2 * RATE * NOTICE;
        if (more > DEPOSIT - last) {
            expectConsentRequired(tenant, Bound.Exposure, 2 * DEPOSIT + last + more, EXPOSURE_LIMIT);
            _take(usd, order(2, 4), more);
        }
        act(abi.encodeCall(IMarket.take, (usdOffer, order(2, 4), more)), 0, 0);
        assertEq(exposedOf(tenant, usd), 2 * DEPOSIT + last + more);
    }

    function test_TakeInACurrencyWithoutAnEntry() external {
        Limit[] memory none = new Limit[](0);
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, none)), 0, 0);
        expectConsentRequired(tenant, Bound.Rate, RATE_LIMIT, 0);
        _take(usd, order(2, 1), DEPOSIT);
        act(abi.encodeCall(IMarket.take, (usdOffer, order(2, 1), DEPOSIT)), 0, 1);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
    }

    /// What a token keeps for itself never was in the market.
    function test_TakeCountsWhatArrived() external {
        NastyToken nasty = new NastyToken(6);
        Currency currency = Currency.wrap(address(nasty));
        nasty.mint(tenant, DEPOSIT);
        vm.prank(provider);
        OfferId offer = market.listOffer(currency, prices());
        Limit[] memory all = new Limit[](1);
        all[0] = Limit(currency, RATE_LIMIT, AMOUNT_LIMIT, EXPOSURE_LIMIT);
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, all)), 0, 0);
        nasty.setMode(NastyToken.Mode.TakesAFee);
        vm.startPrank(tenant);
        nasty.approve(address(market), DEPOSIT);
        market.take(offer, order(2, 1), DEPOSIT);
        assertEq(exposedOf(tenant, currency), DEPOSIT - DEPOSIT / 10);
        market.close(termsOf(tenant, currency, order(2, 1)));
        assertEq(exposedOf(tenant, currency), 0);
    }

    // scale and setPolicy

    /// A lease from before the tenant was bound, whose policy allows more than the limits do.
    function _bigLease() private returns (Terms memory terms) {
        unbind(1000);
        Order memory o = order(8, 1);
        (o.policy.maxReplicas, o.maxRate) = (20, type(uint104).max);
        (terms,) = open(tenant, usd, o, DEPOSIT);
        Limit[] memory all = limits();
        all[1].rate = uint104(5 * RATE * 1e12);
        vm.prank(tenant);
        market.bind(approvers, 2, all);
    }

    function _scale(Terms memory terms, uint16 replicas) private {
        vm.prank(tenant);
        market.scale(terms, replicas);
    }

    function test_Scale() external {
        Terms memory terms = _bigLease();
        expectConsentRequired(tenant, Bound.Rate, 9 * RATE * 1e12, 5 * RATE * 1e12);
        _scale(terms, 9);
        // a smaller count is always granted
        _scale(terms, 7);
        _scale(terms, 7);
        _scale(terms, 4);
        _scale(terms, 5);
        expectConsentRequired(tenant, Bound.Rate, 6 * RATE * 1e12, 5 * RATE * 1e12);
        _scale(terms, 6);
        act(abi.encodeCall(IMarket.scale, (terms, 6)), 0, 0);
        assertEq(market.reservationOf(market.idOf(terms)).replicas, 6);
    }

    function test_SetPolicy() external {
        (Terms memory terms,) = open(usd, 2);
        LeasePolicy memory p = policy();
        p.maxReplicas = 11;
        expectConsentRequired(tenant, Bound.Rate, RATE * 11e12, RATE_LIMIT);
        vm.prank(tenant);
        market.setPolicy(terms, p);
        act(abi.encodeCall(IMarket.setPolicy, (terms, p)), 0, 0);
        assertEq(market.reservationOf(market.idOf(terms)).maxReplicas, 11);
        p.maxReplicas = 10;
        vm.prank(tenant);
        market.setPolicy(terms, p);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
    }

    // topUp

    function _topUp(address who, LeaseId id, uint256 amount) private {
        vm.prank(who);
        market.topUp(usd, id, amount);
    }

    function testFuzz_TopUp(uint256 amount) external {
        (, LeaseId id) = open(usd, 2);
        amount = bound(amount, DEPOSIT + 1, 1e17);
        expectConsentRequired(tenant, Bound.Amount, amount, AMOUNT_LIMIT);
        _topUp(tenant, id, amount);
        act(abi.encodeCall(IEscrow.topUp, (usd, id, amount)), 0, 0);
        assertEq(exposedOf(tenant, usd), DEPOSIT + amount);
        if (amount < 2 * DEPOSIT) {
            amount = 2 * DEPOSIT - amount; // to the limit
            if (amount != 0) _topUp(tenant, id, amount);
        }
        amount = exposedOf(tenant, usd) + 1;
        expectConsentRequired(tenant, Bound.Exposure, amount, EXPOSURE_LIMIT);
        _topUp(tenant, id, 1);
    }

    function test_TopUpByAnotherBoundAccount() external {
        (, LeaseId id) = open(usd, 2);
        bind(stranger, approvers, 2);
        _topUp(stranger, id, DEPOSIT);
        assertEq(exposedOf(stranger, usd), DEPOSIT);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
        expectConsentRequired(stranger, Bound.Amount, DEPOSIT + 1, AMOUNT_LIMIT);
        _topUp(stranger, id, DEPOSIT + 1);
    }

    function test_TopUpByAFreeAccount() external {
        (, LeaseId id) = open(usd, 2);
        _topUp(stranger, id, MUCH);
        assertEq(exposedOf(stranger, usd), 0);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
    }

    function test_TopUpOfALeaseThatNoBoundAccountOpenedIsATransfer() external {
        (, LeaseId id) = open(stranger, usd, order(2, 1), DEPOSIT);
        _topUp(tenant, id, MUCH);
        assertEq(exposedOf(tenant, usd), 0);
        assertFalse(market.accountOf(id, usd).bound);
    }

    // withdraw

    function _withdraw(Terms memory terms, uint256 amount) private {
        vm.prank(tenant);
        market.withdraw(terms, amount);
    }

    function testFuzz_Withdraw(uint256 amount) external {
        act(bigTake(1), 0, 0);
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        amount = bound(amount, DEPOSIT + 1, market.withdrawable(terms));
        expectConsentRequired(tenant, Bound.Amount, amount, AMOUNT_LIMIT);
        _withdraw(terms, amount);
        uint256 before = token.balanceOf(tenant);
        act(abi.encodeCall(IEscrow.withdraw, (terms, amount)), 0, 1);
        assertEq(token.balanceOf(tenant), before + amount);
        assertEq(exposedOf(tenant, usd), MUCH - amount);
        uint256 rest = market.withdrawable(terms);
        if (rest > DEPOSIT) rest = DEPOSIT;
        if (rest != 0) _withdraw(terms, rest);
        assertEq(exposedOf(tenant, usd), MUCH - amount - rest);
    }

    /// A stranger's top-up is returned too; it never makes an exposure negative.
    function test_WithdrawMoreThanWasPutIn() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        _topUp(stranger, id, DEPOSIT);
        _withdraw(terms, DEPOSIT);
        assertEq(exposedOf(tenant, usd), 0);
        _withdraw(terms, 1000);
        assertEq(exposedOf(tenant, usd), 0);
        _topUp(tenant, id, 500);
        assertEq(exposedOf(tenant, usd), 500);
    }

    // withdrawEarnings and unregister

    /// The provider has earned a lease's worth and is bound.
    function _boundProvider(uint256 replicaSeconds) private returns (uint256 earned) {
        (Terms memory terms,) = open(stranger, usd, order(10, 1), 1e6);
        skip(replicaSeconds / 10);
        proveAndSettle(terms, replicaSeconds);
        earned = market.earnings(provider, usd);
        vm.prank(stranger);
        market.close(terms);
        bind(provider, approvers, 2);
    }

    function _consentsOfProvider(bytes memory call, uint256 nonce) private view returns (Consents memory) {
        return consentsTo(market.actionOf(provider, call, 0, nonce, EXPIRY), nonce);
    }

    function test_WithdrawEarnings() external {
        uint256 earned = _boundProvider(20_000);
        assertGt(earned, 2 * DEPOSIT);
        vm.startPrank(provider);
        expectConsentRequired(provider, Bound.Amount, DEPOSIT + 1, AMOUNT_LIMIT);
        market.withdrawEarnings(usd, stranger, DEPOSIT + 1);
        expectConsentRequired(provider, Bound.Amount, earned, AMOUNT_LIMIT);
        market.withdrawEarnings(usd, stranger, type(uint256).max);
        market.withdrawEarnings(usd, stranger, 1000);
        // home, without consents
        market.withdrawEarnings(usd, provider, earned - DEPOSIT - 2000);
        bytes memory call = abi.encodeCall(IEscrow.withdrawEarnings, (usd, arbiters, DEPOSIT + 1000));
        Consents memory c = _consentsOfProvider(call, 0);
        market.approved(provider, call, c);
        assertEq(token.balanceOf(arbiters), DEPOSIT + 1000);
        assertEq(market.earnings(provider, usd), 0);
        assertEq(exposedOf(provider, usd), 0);
    }

    function test_Unregister() external {
        bind(provider, approvers, 2);
        vm.startPrank(provider);
        market.announceExit();
        skip(CLAIM);
        expectConsentRequired(provider, Bound.Amount, MIN_BOND, AMOUNT_LIMIT);
        market.unregister();
        bytes memory call = abi.encodeCall(IRegistry.unregister, ());
        Consents memory c = _consentsOfProvider(call, 0);
        market.approved(provider, call, c);
        assertEq(market.earnings(provider, ETH), MIN_BOND);
        market.withdrawEarnings(ETH, provider, MIN_BOND);
    }

    // close and refund

    function test_CloseGivesExposureBack() external {
        act(bigTake(1), 0, 0);
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        skip(10);
        vm.prank(tenant);
        market.close(terms); // no consents, in any amount
        assertEq(exposedOf(tenant, usd), 20 * RATE);
        skip(CLAIM);
        vm.prank(stranger);
        market.refund(terms);
        assertEq(exposedOf(tenant, usd), 0);
    }

    function test_AProvidersCloseGivesItBackWithTheRefund() external {
        (Terms memory terms,) = open(usd, 2);
        vm.startPrank(provider);
        market.giveNotice(terms);
        skip(NOTICE);
        market.close(terms);
        vm.stopPrank();
        assertEq(exposedOf(tenant, usd), DEPOSIT);
        market.refund(terms);
        assertEq(exposedOf(tenant, usd), 2 * NOTICE * RATE);
    }

    function test_WhatWasSettledHasNotComeBack() external {
        (Terms memory terms,) = open(usd, 2);
        skip(10);
        proveAndSettle(terms, 20);
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM);
        if (market.withdrawable(terms) != 0) market.refund(terms);
        assertEq(exposedOf(tenant, usd), 20 * RATE);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    function test_ATenantThatCannotBePaidAtOnce() external {
        Wallet wallet = new Wallet();
        vm.deal(address(wallet), DEPOSIT);
        bind(address(wallet), approvers, 2);
        (Terms memory terms,) = open(address(wallet), ETH, order(2, 1), DEPOSIT);
        wallet.refuse(true);
        wallet.act(address(market), abi.encodeCall(IMarket.close, (terms)));
        assertEq(exposedOf(address(wallet), ETH), DEPOSIT);
        wallet.refuse(false);
        market.refund(terms);
        assertEq(exposedOf(address(wallet), ETH), 0);
        assertEq(address(wallet).balance, DEPOSIT);
    }

    // Exposure

    struct Books {
        uint256[2] exposed; // by currency
        Terms[] terms;
    }

    Books private books;

    /// Any order of what a bound tenant, a stranger and the provider do with leases of the tenant's, in two currencies, with
    /// and without consents: the exposure is always what the tenant put in and has not got back.
    function testFuzz_ExposureNeverDrifts(uint256[24] memory seeds) external {
        for (uint256 i = 0; i < seeds.length; ++i) {
            _step(seeds[i], uint64(i));
            skip(seeds[i] >> 200 & 0xf);
            assertEq(exposedOf(tenant, ETH), books.exposed[0], "ETH");
            assertEq(exposedOf(tenant, usd), books.exposed[1], "token");
        }
    }

    function _step(uint256 seed, uint64 i) private {
        uint256 c = seed >> 8 & 1;
        Currency currency = c == 0 ? ETH : usd;
        uint256 amount = (seed >> 16) % (2 * DEPOSIT) + 1000;
        uint256 count = books.terms.length;
        if (seed % 8 == 0 || count == 0) {
            bool native = c == 0;
            bytes memory call = abi.encodeCall(IMarket.take, (native ? ethOffer : usdOffer, order(2, i), amount));
            _try(call, native ? amount : 0, i);
            books.exposed[c] += amount;
            books.terms.push(termsOf(tenant, currency, order(2, i)));
            return;
        }
        Terms memory terms = books.terms[(seed >> 100) % count];
        (currency, c) = (terms.currency, terms.currency.isNative() ? 0 : 1);
        LeaseId id = market.idOf(terms);
        if (seed % 8 == 1) {
            _try(abi.encodeCall(IEscrow.topUp, (currency, id, amount)), c == 0 ? amount : 0, i);
            books.exposed[c] += amount;
        } else if (seed % 8 == 2) {
            vm.prank(stranger);
            market.topUp{value: c == 0 ? amount : 0}(currency, id, amount);
        } else if (seed % 8 == 3) {
            act(abi.encodeCall(IApprovals.bind, (approvers, 2, limits())), 0, i);
        } else if (seed % 8 == 4) {
            proveAndSettle(terms, (seed >> 150) % 20);
        } else {
            _out(seed, terms, c, i);
        }
    }

    function _out(uint256 seed, Terms memory terms, uint256 c, uint64 i) private {
        uint256 before = held(terms.currency, tenant);
        bool open_ = market.reservationOf(market.idOf(terms)).maxReplicas != 0;
        if (open_ && seed % 8 < 7) {
            uint256 free = market.withdrawable(terms);
            if (free != 0) _try(abi.encodeCall(IEscrow.withdraw, (terms, (seed >> 16) % free + 1)), 0, i);
        } else if (open_) {
            vm.prank(seed >> 9 & 1 == 0 ? tenant : _noticed(terms));
            market.close(terms);
        } else if (market.withdrawable(terms) != 0) {
            market.refund(terms);
        }
        uint256 back = held(terms.currency, tenant) - before;
        books.exposed[c] -= back < books.exposed[c] ? back : books.exposed[c];
    }

    function _noticed(Terms memory terms) private returns (address) {
        vm.prank(provider);
        market.giveNotice(terms);
        skip(NOTICE);
        return provider;
    }

    /// Alone when the limits allow it, else together.
    function _try(bytes memory call, uint256 value, uint64 nonce) private {
        vm.prank(tenant);
        (bool done, bytes memory why) = address(market).call{value: value}(call);
        if (done) return;
        assertEq(bytes4(why), Errors.ConsentRequired.selector);
        act(call, value, nonce);
    }

    // Free

    function test_AFreeAccountHasNone() external {
        unbind(0);
        (Terms memory terms,) = open(tenant, usd, order(2, 1), 1e17);
        vm.startPrank(tenant);
        market.scale(terms, 10);
        market.withdraw(terms, 1e16);
        market.close(terms);
        assertEq(exposedOf(tenant, usd), 0);
    }
}
