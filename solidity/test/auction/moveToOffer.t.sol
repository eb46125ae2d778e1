// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Accrual} from "../../src/libraries/Accrual.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {
    Account as LeaseAccount,
    Bound,
    LeasePolicy,
    PriceList,
    Reservation,
    Shape,
    Statement,
    Status,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract MoveToOfferTest is AuctionTest {
    uint104 private constant BUDGET = type(uint104).max;

    Terms private terms;
    LeaseId private id;
    OfferId private offer; // of the rival, a GPU's price dearer
    uint256 private rate = RATE + 1;

    function setUp() public override {
        super.setUp();
        (terms, id) = open(usd, 2);
        PriceList memory p = prices();
        p.gpu += 1e12;
        vm.prank(rival);
        offer = market.listOffer(usd, p);
    }

    function _next() private view returns (Terms memory next) {
        PriceList memory p = prices();
        p.gpu += 1e12;
        next = terms;
        next.provider = rival;
        next.rates = Accrual.rates(p, terms.shape);
    }

    function _move() private returns (LeaseId) {
        vm.prank(tenant);
        return market.moveToOffer(terms, offer, BUDGET);
    }

    function _refused(bytes memory why) private {
        vm.expectRevert(why);
        _move();
    }

    function test_RevertWhen_IntakeStopped() external {
        stopIntake();
        _refused(abi.encodePacked(Errors.IntakeStopped.selector));
    }

    function test_RevertWhen_TheOfferIsClosed() external {
        vm.prank(rival);
        market.withdrawOffer(offer);
        _refused(abi.encodeWithSelector(Errors.OfferClosed.selector, offer));
        offer = OfferId.wrap(99);
        _refused(abi.encodeWithSelector(Errors.OfferClosed.selector, offer));
    }

    function test_RevertWhen_InAnotherCurrency() external {
        offer = ethOffer;
        _refused(abi.encodePacked(Errors.NotAlike.selector));
    }

    function test_RevertWhen_NotTheTenant() external {
        vm.expectRevert(notAllowed(provider));
        vm.prank(provider);
        market.moveToOffer(terms, offer, BUDGET);
    }

    function test_RevertWhen_TheLeaseIsNotOpen() external {
        terms.salt = 2;
        _refused(abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
        terms.salt = 1;
        vm.prank(tenant);
        market.close(terms);
        _refused(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
    }

    function test_RevertWhen_TheProviderLacksCapacity() external {
        Shape memory s = plenty();
        s.millicores = 9999;
        vm.prank(rival);
        market.updateProvider(s, "", "");
        _refused(words(Errors.CapacityExceeded.selector, 0, 10_000, 9999));
        s.millicores = 10_000;
        vm.prank(rival);
        market.updateProvider(s, "", "");
        _move();
    }

    function test_RevertWhen_BeyondTheBudget() external {
        uint104 highest = uint104(rate * 1e13);
        vm.startPrank(tenant);
        vm.expectRevert(words(Errors.RateTooHigh.selector, highest, highest - 1));
        market.moveToOffer(terms, offer, highest - 1);
        market.moveToOffer(terms, offer, highest);
    }

    function test_RevertWhen_ABoundAccountExceedsItsRate() external {
        uint104 highest = uint104(rate * 1e13);
        levers.letBind(tenant, usd, highest - 1, 0, 0);
        _refused(abi.encodeWithSelector(Errors.ConsentRequired.selector, tenant, Bound.Rate, highest, highest - 1));
        vm.prank(tenant);
        levers.withGrant(abi.encodeCall(IAuction.moveToOffer, (terms, offer, BUDGET)));
        assertFalse(market.accountOf(market.idOf(_next()), usd).bound);
    }

    function testFuzz_RevertWhen_TheMoneyIsTooLittle(uint32 lasted) external {
        uint256 notice = 2 * rate * NOTICE;
        lasted = uint32(bound(lasted, (DEPOSIT - notice) / (2 * RATE) + 1, CLAIM * 2));
        skip(lasted);
        uint256 owed = market.owed(terms);
        uint256 left = owed < DEPOSIT ? DEPOSIT - owed : 0;
        // what was reserved before the claim window was not proven
        if (left >= notice) {
            _move();
        } else {
            _refused(words(Errors.InsufficientFunds.selector, left, notice));
            vm.prank(stranger);
            market.topUp(usd, id, notice + owed - DEPOSIT);
            _move();
        }
    }

    function test_RevertWhen_ItGoesBack() external {
        _move();
        Terms memory next = _next();
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseExists.selector, id));
        vm.prank(tenant);
        market.moveToOffer(next, usdOffer, BUDGET);
    }

    /// To another offer of the same provider: capacity that is freed is there to be held.
    function test_ToTheSameProvider() external {
        Shape memory s = plenty();
        s.millicores = 10_000;
        vm.startPrank(provider);
        market.updateProvider(s, "", "");
        PriceList memory p = prices();
        p.gpu = 0;
        offer = market.listOffer(usd, p);
        vm.stopPrank();
        _move();
        assertEq(heldBy(provider), 10);
    }

    function testFuzz_GoesOn(uint32 lasted, uint32 proven, uint16 replicas) external {
        replicas = uint16(bound(replicas, 1, 10));
        lasted = uint32(bound(lasted, CHALLENGE, 500));
        proven = uint32(bound(proven, 0, lasted - CHALLENGE));
        vm.prank(tenant);
        market.scale(terms, replicas);
        // a statement over a part of the time
        skip(lasted - CHALLENGE);
        Statement memory statement = busy(replicas * proven, vm.getBlockTimestamp());
        uint256 epoch = prove(id, statement);
        uint256 owed = market.owed(terms);
        assertEq(owed, uint256(replicas) * RATE * lasted);
        _moveAndSee(DEPOSIT - owed, replicas);
        assertEq(balanceOf(id, usd), owed);
        // the old provider is paid as if nothing had happened
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), uint256(replicas) * RATE * proven);
        skip(CLAIM + 1);
        if (balanceOf(id, usd) != 0) market.refund(terms);
        assertEq(balanceOf(id, usd), 0);
        assertEq(token.balanceOf(tenant), 1e18 - DEPOSIT + owed - uint256(replicas) * RATE * proven);
    }

    function _moveAndSee(uint256 amount, uint16 replicas) private {
        Terms memory next = _next();
        LeaseId to = market.idOf(next);
        vm.expectEmit(address(market));
        emit IMarket.LeaseClosed(id, tenant);
        vm.expectEmit(address(market));
        emit IMarket.LeaseOpened(to, tenant, rival, offer, amount, replicas, policy(), next);
        vm.expectEmit(address(market));
        emit IAuction.LeaseMoved(id, to, amount);
        assertEq(LeaseId.unwrap(_move()), LeaseId.unwrap(to));
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Closed));
        LeaseAccount memory account = market.accountOf(to, usd);
        assertEq(account.balance, amount);
        assertEq(account.settledAt, vm.getBlockTimestamp());
        assertEq(account.paid, 0);
        Reservation memory r = market.reservationOf(to);
        assertEq(abi.encode(r.replicas, r.integral, r.since), abi.encode(replicas, 0, vm.getBlockTimestamp()));
        assertEq(heldBy(provider), 0);
        assertEq(heldBy(rival), 10);
    }

    function testFuzz_APolicyGoesAlong(LeasePolicy memory p) external {
        p.minReplicas = uint16(bound(p.minReplicas, 0, 2));
        p.maxReplicas = uint16(bound(p.maxReplicas, 2, 900));
        p.target = uint8(bound(p.target, 1, 100));
        p.up = uint8(bound(p.up, p.target, 100));
        p.down = uint8(bound(p.down, 0, p.target - 1));
        p.step = uint8(bound(p.step, 1, 255));
        vm.prank(tenant);
        market.setPolicy(terms, p);
        LeaseId to = _move();
        Reservation memory r = market.reservationOf(to);
        uint16 min = market.accountOf(to, usd).minReplicas;
        assertEq(abi.encode(min, r.maxReplicas, r.target, r.up, r.down, r.cooldown, r.step, r.headroom), abi.encode(p));
        assertEq(heldBy(rival), p.maxReplicas);
        assertEq(heldBy(provider), 0);
    }

    function test_ABoundAccountsExposureStays() external {
        levers.letBind(tenant, usd, BUDGET, BUDGET, type(uint112).max);
        (terms, id) = open(tenant, usd, order(2, 2), DEPOSIT);
        assertEq(levers.exposed(tenant, usd), DEPOSIT);
        skip(10);
        LeaseId to = _move();
        assertTrue(market.accountOf(to, usd).bound);
        assertEq(levers.exposed(tenant, usd), DEPOSIT);
        Terms memory next = _next();
        vm.prank(tenant);
        market.close(next);
        skip(CLAIM + 1);
        market.refund(terms);
        assertEq(levers.exposed(tenant, usd), 0);
    }

    // Silence

    function testFuzz_NothingIsOwedBeyondASilentProvidersNewestRoot(uint32 proven, uint32 silent) external {
        proven = uint32(bound(proven, 1, 500));
        silent = uint32(bound(silent, CHALLENGE, 3000));
        skip(proven);
        Statement memory statement = busy(2 * proven, vm.getBlockTimestamp());
        uint256 epoch = prove(id, statement);
        skip(silent - CHALLENGE);
        levers.letFallSilent(provider);
        uint256 owed = 2 * RATE * proven;
        _moveAndSee(DEPOSIT - owed, 2);
        assertEq(market.owed(terms), owed);
        assertEq(balanceOf(id, usd), owed);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), owed);
        assertEq(balanceOf(id, usd), 0);
    }

    function test_ASilentProviderThatNeverPostedIsOwedNothing() external {
        skip(3000);
        levers.letFallSilent(provider);
        _moveAndSee(DEPOSIT, 2);
        assertEq(balanceOf(id, usd), 0);
    }

    function test_AProviderThatPostsAgainIsOwedAllOfIt() external {
        skip(100);
        levers.letFallSilent(provider);
        post("root");
        _moveAndSee(DEPOSIT - 2 * RATE * 100, 2);
    }

    /// What a countersigned statement settled, later than the newest root, is not owed again.
    function test_ASettlementBeyondTheNewestRoot() external {
        skip(100);
        Statement memory statement = busy(100, vm.getBlockTimestamp());
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        levers.letFallSilent(provider);
        skip(50);
        _moveAndSee(DEPOSIT - 100 * RATE, 2);
        assertEq(market.owed(terms), 0);
    }

    // Disputes

    function test_WhatIsOwedStaysFrozen() external {
        skip(10);
        Statement memory statement = busy(20, vm.getBlockTimestamp());
        uint256 epoch = prove(id, statement);
        levers.letFreeze(id, usd);
        uint256 owed = market.owed(terms);
        LeaseId to = _move();
        assertTrue(market.accountOf(id, usd).frozen);
        assertEq(balanceOf(id, usd), owed);
        assertFalse(market.accountOf(to, usd).frozen);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
        // the provider won
        levers.letThaw(id, usd);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }
}
