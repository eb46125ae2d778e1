// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {
    AuctionOrder,
    Bid,
    Bound,
    LeasePolicy,
    OrderState,
    Reservation,
    Shape,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract MoveToBidTest is AuctionTest {
    AuctionOrder private o; // won by the provider
    Bid private runnerUp; // the rival's
    Terms private terms;
    LeaseId private id;
    AuctionOrder private o2; // open
    Bid private fresh; // the rival's, on it

    function setUp() public override {
        super.setUp();
        o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        Bid memory winner = bidOf(provider, RATE);
        placeBid(o, winner);
        runnerUp = bidOf(rival, RATE - 1);
        placeBid(o, runnerUp);
        id = accept(o, winner);
        terms = termsOf(o, winner);
        o2 = orderIn(usd, 2);
        openOrder(o2, 500);
        fresh = bidOf(rival, RATE - 3);
        placeBid(o2, fresh);
    }

    function _move(AuctionOrder memory order_, Bid memory bid_) private returns (LeaseId) {
        vm.prank(tenant);
        return market.moveToBid(terms, order_, bid_);
    }

    function _refused(AuctionOrder memory order_, Bid memory bid_, bytes memory why) private {
        vm.expectRevert(why);
        _move(order_, bid_);
    }

    function _notAlike(AuctionOrder memory order_) private {
        _refused(order_, runnerUp, abi.encodePacked(Errors.NotAlike.selector));
    }

    function test_RevertWhen_IntakeStopped() external {
        stopIntake();
        _refused(o, runnerUp, abi.encodePacked(Errors.IntakeStopped.selector));
    }

    function test_RevertWhen_NotTheTenant() external {
        vm.expectRevert(notAllowed(rival));
        vm.prank(rival);
        market.moveToBid(terms, o, runnerUp);
    }

    function test_RevertWhen_TheOrderIsAnother() external {
        AuctionOrder memory other = o;
        other.tenant = stranger;
        _notAlike(other);
        other = o;
        other.currency = ETH;
        _notAlike(other);
        other = o;
        ++other.order.shape.diskMiB;
        _notAlike(other);
        other = o;
        other.order.manifestHash = "other";
        _notAlike(other);
        other = o;
        other.order.salt = 3;
        _notAlike(other);
    }

    function test_RevertWhen_AnOpenOrderIsNotAlike() external {
        AuctionOrder memory other = orderIn(ETH, 3);
        openOrder(other, DEPOSIT);
        placeBid(other, runnerUp);
        _notAlike(other);
        other = orderIn(usd, 4);
        other.order.manifestHash = "other";
        openOrder(other, DEPOSIT);
        placeBid(other, runnerUp);
        _notAlike(other);
    }

    function test_RevertWhen_TheBidIsNotLive() external {
        Bid memory winner = bidOf(provider, RATE);
        _refused(o, winner, bidClosed(o, winner));
        _refused(o, fresh, bidClosed(o, fresh));
        _refused(o2, runnerUp, bidClosed(o2, runnerUp));
        vm.prank(rival);
        market.releaseBid(o, runnerUp);
        _refused(o, runnerUp, bidClosed(o, runnerUp));
    }

    /// Of an order that was never opened there are no bids.
    function test_RevertWhen_TheOrderIsUnknown() external {
        AuctionOrder memory other = o;
        ++other.acceptUntil;
        _refused(other, runnerUp, bidClosed(other, runnerUp));
    }

    function test_RevertWhen_TheBidExpired() external {
        skip(ACCEPTANCE + 1);
        _refused(o, runnerUp, word(Errors.BidExpired.selector, START + ACCEPTANCE));
        _refused(o2, fresh, word(Errors.AcceptanceOver.selector, START + ACCEPTANCE));
    }

    function test_RevertWhen_TheBidOnAnOpenOrderExpired() external {
        Bid memory short = fresh;
        short.expiry -= 1;
        placeBid(o2, short);
        skip(ACCEPTANCE);
        _refused(o2, short, word(Errors.BidExpired.selector, START + ACCEPTANCE - 1));
        _move(o2, fresh);
    }

    function test_RevertWhen_OnlyOneCountsInTheExposure() external {
        levers.letBind(tenant, usd, type(uint104).max, type(uint104).max, type(uint112).max);
        AuctionOrder memory counted = orderIn(usd, 3);
        openOrder(counted, 500);
        placeBid(counted, fresh);
        _refused(counted, fresh, abi.encodePacked(Errors.NotAlike.selector));
        // both do
        AuctionOrder memory more = orderIn(usd, 4);
        openOrder(more, DEPOSIT);
        Bid memory winner = bidOf(provider, RATE);
        placeBid(more, winner);
        accept(more, winner);
        terms = termsOf(more, winner);
        _refused(o2, fresh, abi.encodePacked(Errors.NotAlike.selector));
        LeaseId to = _move(counted, fresh);
        assertTrue(market.accountOf(to, usd).bound);
        assertEq(levers.exposed(tenant, usd), DEPOSIT + 500);
    }

    function _grow(uint16 max) private {
        LeasePolicy memory p = policy();
        p.maxReplicas = max;
        vm.prank(tenant);
        market.setPolicy(terms, p);
    }

    function test_RevertWhen_BeyondTheOrdersBudget() external {
        _grow(12);
        _refused(o, runnerUp, words(Errors.RateTooHigh.selector, (RATE - 1) * 12e12, o.order.maxRate));
        _grow(11);
        _move(o, runnerUp);
    }

    function test_RevertWhen_TheGrownLeaseFindsNoRoom() external {
        _grow(11);
        Shape memory s = plenty();
        s.millicores = 20_999;
        vm.prank(rival);
        market.updateProvider(s, "", "");
        _refused(o, runnerUp, words(Errors.CapacityExceeded.selector, 0, 1000, 999));
        s.millicores = 21_000;
        vm.prank(rival);
        market.updateProvider(s, "", "");
        _move(o, runnerUp);
        assertEq(heldBy(rival), 21);
    }

    function test_ALeaseThatShrankHoldsLess() external {
        _grow(4);
        LeaseId to = _move(o, runnerUp);
        assertEq(heldBy(rival), 14);
        assertEq(market.reservationOf(to).maxReplicas, 4);
        Terms memory next = termsOf(o, runnerUp);
        vm.prank(tenant);
        market.close(next);
        assertEq(heldBy(rival), 10);
    }

    function test_RevertWhen_ABoundAccountExceedsItsRate() external {
        uint104 highest = uint104((RATE - 1) * 1e13);
        levers.letBind(tenant, usd, highest - 1, 0, 0);
        _refused(
            o,
            runnerUp,
            abi.encodeWithSelector(Errors.ConsentRequired.selector, tenant, Bound.Rate, highest, highest - 1)
        );
        vm.prank(tenant);
        levers.withGrant(abi.encodeCall(IAuction.moveToBid, (terms, o, runnerUp)));
    }

    function test_RevertWhen_TheMoneyIsTooLittle() external {
        uint256 notice = 2 * (RATE - 1) * NOTICE;
        uint256 free = market.withdrawable(terms);
        vm.prank(tenant);
        market.withdraw(terms, free);
        skip(5);
        uint256 left = 2 * RATE * (NOTICE - 5);
        _refused(o, runnerUp, words(Errors.InsufficientFunds.selector, left, notice));
        // the open order's deposit joins
        assertEq(balanceOf(_move(o2, fresh), usd), left + 500);
    }

    function testFuzz_ToTheRunnerUp(uint32 lasted) external {
        lasted = uint32(bound(lasted, 0, ACCEPTANCE));
        skip(lasted);
        uint256 owed = 2 * RATE * lasted;
        _moveAndSee(o, runnerUp, DEPOSIT - owed, 0);
        assertEq(balanceOf(id, usd), owed);
    }

    function testFuzz_ToAnOpenOrder(uint32 lasted) external {
        lasted = uint32(bound(lasted, 0, ACCEPTANCE));
        skip(lasted);
        _moveAndSee(o2, fresh, DEPOSIT - 2 * RATE * lasted, 500);
        OrderState memory state = market.orderOf(orderId(o2));
        assertFalse(state.open);
        assertEq(state.deposit, 0);
        vm.expectRevert(orderClosed(o2));
        vm.prank(tenant);
        market.cancelOrder(o2);
    }

    function _moveAndSee(AuctionOrder memory order_, Bid memory bid_, uint256 amount, uint256 deposit) private {
        Terms memory next = termsOf(order_, bid_);
        LeaseId to = market.idOf(next);
        vm.expectEmit(address(market));
        emit IMarket.LeaseClosed(id, tenant);
        vm.expectEmit(address(market));
        emit IMarket.LeaseOpened(to, tenant, rival, OfferId.wrap(0), amount + deposit, 2, policy(), next);
        vm.expectEmit(address(market));
        emit IAuction.BidAccepted(orderId(order_), bidId(order_, bid_), to);
        vm.expectEmit(address(market));
        emit IAuction.LeaseMoved(id, to, amount);
        assertEq(LeaseId.unwrap(_move(order_, bid_)), LeaseId.unwrap(to));
        assertEq(balanceOf(to, usd), amount + deposit);
        Reservation memory r = market.reservationOf(to);
        assertEq(abi.encode(r.replicas, r.maxReplicas, r.integral), abi.encode(2, 10, 0));
        assertEq(heldBy(provider), 0);
        assertEq(heldBy(rival), 20);
        assertEq(market.earnings(rival, ETH), BID_DEPOSIT);
        // what it held is the lease's
        skip(ACCEPTANCE + 1);
        vm.expectRevert(bidClosed(order_, bid_));
        market.releaseBid(order_, bid_);
        vm.prank(tenant);
        market.close(next);
        assertEq(heldBy(rival), 10);
    }

    /// From provider to provider and back, by an order with another salt.
    function test_ThereAndBack() external {
        _move(o, runnerUp);
        terms = termsOf(o, runnerUp);
        AuctionOrder memory third = orderIn(usd, 3);
        openOrder(third, 1000);
        Bid memory again = bidOf(provider, RATE);
        placeBid(third, again);
        LeaseId to = _move(third, again);
        assertEq(balanceOf(to, usd), DEPOSIT + 1000);
        assertEq(heldBy(provider), 10);
    }

    function test_FromASilentProvider() external {
        skip(500);
        levers.letFallSilent(provider);
        _moveAndSee(o, runnerUp, DEPOSIT, 0);
    }
}
