// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {
    Acceptance,
    Account as LeaseAccount,
    AuctionOrder,
    Bid,
    Bound,
    OrderState,
    Reservation,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract AcceptTest is AuctionTest {
    AuctionOrder private o;
    Bid private b;

    function setUp() public override {
        super.setUp();
        o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        b = bidOf(provider, RATE);
        placeBid(o, b);
    }

    function _one(AuctionOrder memory order_, Bid memory bid_) private pure returns (Acceptance[] memory all) {
        all = new Acceptance[](1);
        all[0] = Acceptance(order_, bid_);
    }

    function _refused(AuctionOrder memory order_, Bid memory bid_, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.accept(_one(order_, bid_));
    }

    function test_RevertWhen_IntakeStopped() external {
        stopIntake();
        _refused(o, b, abi.encodePacked(Errors.IntakeStopped.selector));
    }

    function test_RevertWhen_NotTheTenant() external {
        vm.expectRevert(notAllowed(stranger));
        vm.prank(stranger);
        market.accept(_one(o, b));
    }

    function test_RevertWhen_TheOrderIsNotOpen() external {
        AuctionOrder memory other = orderIn(usd, 2);
        _refused(other, b, orderClosed(other));
        openOrder(other, DEPOSIT);
        vm.prank(tenant);
        market.cancelOrder(other);
        _refused(other, b, orderClosed(other));
        accept(o, b);
        _refused(o, b, orderClosed(o));
    }

    function test_RevertWhen_AnOrderIsAcceptedTwiceAtOnce() external {
        Bid memory second = bidOf(rival, RATE);
        placeBid(o, second);
        Acceptance[] memory all = new Acceptance[](2);
        (all[0], all[1]) = (Acceptance(o, b), Acceptance(o, second));
        vm.expectRevert(orderClosed(o));
        vm.prank(tenant);
        market.accept(all);
        assertTrue(market.orderOf(orderId(o)).open);
    }

    function testFuzz_RevertWhen_TooLate(uint32 later) external {
        later = uint32(bound(later, 1, 10_000));
        vm.warp(START + ACCEPTANCE + later);
        _refused(o, b, word(Errors.AcceptanceOver.selector, START + ACCEPTANCE));
    }

    function testFuzz_RevertWhen_TheBidExpired(uint32 expiry, uint32 now_) external {
        Bid memory short = b;
        short.expiry = uint32(bound(expiry, START + BIDDING, START + ACCEPTANCE - 1));
        placeBid(o, short);
        vm.warp(bound(now_, short.expiry + 1, START + ACCEPTANCE));
        _refused(o, short, word(Errors.BidExpired.selector, short.expiry));
    }

    function test_RevertWhen_TheBidIsNotLive() external {
        Bid memory never = bidOf(rival, RATE);
        _refused(o, never, bidClosed(o, never));
        AuctionOrder memory other = orderIn(usd, 2);
        openOrder(other, DEPOSIT);
        _refused(other, b, bidClosed(other, b));
        b.expiry = uint32(START + BIDDING);
        placeBid(o, b);
        vm.warp(START + BIDDING + 1);
        market.releaseBid(o, b);
        vm.warp(START + BIDDING);
        _refused(o, b, bidClosed(o, b));
    }

    function test_RevertWhen_TheLeaseExists() external {
        open(tenant, usd, o.order, DEPOSIT);
        // the offer's rates
        LeaseId id = market.idOf(termsOf(o, b));
        _refused(o, b, abi.encodeWithSelector(Errors.LeaseExists.selector, id));
    }

    function _three() private returns (Acceptance[] memory all) {
        all = new Acceptance[](3);
        for (uint64 i = 0; i < 3; ++i) {
            AuctionOrder memory order_ = orderIn(i == 1 ? ETH : usd, 10 + i);
            openOrder(order_, DEPOSIT + i);
            Bid memory bid_ = bidOf(i == 2 ? rival : provider, RATE - i);
            placeBid(order_, bid_);
            all[i] = Acceptance(order_, bid_);
        }
    }

    function test_AllOrNone() external {
        Acceptance[] memory all = _three();
        vm.warp(START + ACCEPTANCE);
        all[2].bid.expiry -= 1;
        vm.expectRevert(word(Errors.BidExpired.selector, START + ACCEPTANCE - 1));
        vm.prank(tenant);
        market.accept(all);
        assertTrue(market.orderOf(orderId(all[0].order)).open);
        assertEq(market.orderOf(orderId(all[0].order)).deposit, DEPOSIT);
        assertTrue(market.bidOf(bidId(all[0].order, all[0].bid)).live);
        assertEq(market.earnings(provider, ETH), 0);
        all[2].bid.expiry += 1;
        vm.prank(tenant);
        LeaseId[] memory ids = market.accept(all);
        for (uint256 i = 0; i < 3; ++i) {
            Terms memory terms = termsOf(all[i].order, all[i].bid);
            assertEq(LeaseId.unwrap(ids[i]), LeaseId.unwrap(market.idOf(terms)));
            assertEq(balanceOf(ids[i], terms.currency), DEPOSIT + i);
        }
        assertEq(market.earnings(provider, ETH), 2 * BID_DEPOSIT);
        assertEq(market.earnings(rival, ETH), BID_DEPOSIT);
    }

    function test_RevertWhen_ABoundAccountExceedsItsRate() external {
        levers.letBind(tenant, usd, uint104(RATE * 1e13 - 1), 0, 0);
        _refused(
            o,
            b,
            abi.encodeWithSelector(Errors.ConsentRequired.selector, tenant, Bound.Rate, RATE * 1e13, RATE * 1e13 - 1)
        );
        levers.letBind(tenant, usd, uint104(RATE * 1e13), 0, 0);
        accept(o, b);
    }

    function test_OneConsentIsToAllAcceptancesOfACall() external {
        Acceptance[] memory all = _three();
        levers.letBind(tenant, usd, 0, 0, 0);
        vm.prank(tenant);
        vm.expectRevert(abi.encodeWithSelector(Errors.ConsentRequired.selector, tenant, Bound.Rate, RATE * 1e13, 0));
        market.accept(all);
        vm.prank(tenant);
        levers.withGrant(abi.encodeCall(IAuction.accept, (all)));
        for (uint256 i = 0; i < 3; ++i) {
            assertFalse(market.orderOf(orderId(all[i].order)).open);
        }
        // and to no other call
        _refused(o, b, abi.encodeWithSelector(Errors.ConsentRequired.selector, tenant, Bound.Rate, RATE * 1e13, 0));
    }

    function test_TheMoneyCountsAsTheOrdersDid() external {
        AuctionOrder memory other = orderIn(usd, 2);
        levers.letBind(tenant, usd, type(uint104).max, type(uint104).max, type(uint112).max);
        openOrder(other, DEPOSIT);
        placeBid(other, b);
        assertFalse(market.accountOf(accept(o, b), usd).bound);
        LeaseId id = accept(other, b);
        assertTrue(market.accountOf(id, usd).bound);
        assertEq(levers.exposed(tenant, usd), DEPOSIT);
        vm.prank(tenant);
        market.close(termsOf(other, b));
        assertEq(levers.exposed(tenant, usd), 0);
    }

    function testFuzz_OpensALease(bool native, uint96 deposit, uint256 reserved, uint32 now_) external {
        Currency currency = native ? ETH : usd;
        reserved = bound(reserved, 0, RATE);
        AuctionOrder memory order_ = orderIn(currency, 5);
        deposit = uint96(bound(deposit, 2 * reserved * NOTICE + 1, 100 ether));
        token.mint(tenant, 100 ether);
        openOrder(order_, deposit);
        Bid memory winner = bidOf(rival, reserved);
        placeBid(order_, winner);
        Bid memory loser = bidOf(provider, RATE < reserved + 1 ? RATE : reserved + 1);
        if (deposit >= 2 * (reserved + 1) * NOTICE) placeBid(order_, loser);
        vm.warp(bound(now_, START, START + ACCEPTANCE));
        _accept(order_, winner, deposit);
        LeaseId id = market.idOf(termsOf(order_, winner));
        LeaseAccount memory account = market.accountOf(id, currency);
        assertEq(account.balance, deposit);
        assertEq(account.minReplicas, 1);
        assertEq(account.settledAt, vm.getBlockTimestamp());
        assertFalse(account.bound);
        Reservation memory r = market.reservationOf(id);
        assertEq(abi.encode(r.replicas, r.maxReplicas, r.integral), abi.encode(2, 10, 0));
        OrderState memory state = market.orderOf(orderId(order_));
        assertFalse(state.open);
        assertEq(state.deposit, 0);
        assertEq(state.bids, deposit >= 2 * (reserved + 1) * NOTICE ? 1 : 0);
        assertEq(market.earnings(rival, ETH), BID_DEPOSIT);
        assertEq(heldBy(rival), 10);
    }

    function _accept(AuctionOrder memory order_, Bid memory winner, uint256 deposit) private {
        Terms memory terms = termsOf(order_, winner);
        LeaseId id = market.idOf(terms);
        vm.expectEmit(address(market));
        emit IMarket.LeaseOpened(id, tenant, winner.provider, OfferId.wrap(0), deposit, 2, order_.order.policy, terms);
        vm.expectEmit(address(market));
        emit IAuction.BidAccepted(orderId(order_), bidId(order_, winner), id);
        accept(order_, winner);
    }

    /// What an accepted bid held is freed by its lease alone.
    function test_CapacityIsFreedOnce() external {
        Bid memory loser = bidOf(rival, RATE);
        placeBid(o, loser);
        accept(o, b);
        bytes memory why = bidClosed(o, b);
        vm.expectRevert(why);
        vm.prank(provider);
        market.releaseBid(o, b);
        skip(2 * ACCEPTANCE);
        vm.expectRevert(why);
        market.releaseBid(o, b);
        assertEq(heldBy(provider), 10);
        vm.prank(tenant);
        market.close(termsOf(o, b));
        assertEq(heldBy(provider), 0);
        assertEq(market.earnings(provider, ETH), BID_DEPOSIT);
        assertTrue(market.bidOf(bidId(o, loser)).live);
        assertEq(heldBy(rival), 10);
    }

    /// A lease from an auction lives like any other.
    function test_TheLeaseEarns() external {
        accept(o, b);
        skip(10);
        proveAndSettle(termsOf(o, b), 20);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }
}
