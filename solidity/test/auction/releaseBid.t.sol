// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {AuctionOrder, Bid} from "../../src/types/DataTypes.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract ReleaseBidTest is AuctionTest {
    AuctionOrder private o;
    Bid private b;

    function setUp() public override {
        super.setUp();
        o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        b = bidOf(provider, RATE);
        placeBid(o, b);
    }

    function _refused(address who, Bid memory bid_, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(who);
        market.releaseBid(o, bid_);
    }

    function test_RevertWhen_NotLive() external {
        skip(ACCEPTANCE + 1);
        Bid memory never = bidOf(rival, RATE);
        _refused(stranger, never, bidClosed(o, never));
        market.releaseBid(o, b);
        _refused(stranger, b, bidClosed(o, b));
        assertEq(heldBy(provider), 0);
        assertEq(market.earnings(provider, ETH), BID_DEPOSIT);
    }

    function testFuzz_RevertWhen_ItMayWin(uint32 now_, bool byProvider) external {
        vm.warp(bound(now_, START, START + ACCEPTANCE));
        _refused(byProvider ? provider : stranger, b, word(Errors.BidHeld.selector, START + ACCEPTANCE));
    }

    function test_RevertWhen_AStrangerReleasesALoser() external {
        vm.prank(tenant);
        market.cancelOrder(o);
        _refused(stranger, b, word(Errors.BidHeld.selector, START + ACCEPTANCE));
        _refused(rival, b, word(Errors.BidHeld.selector, START + ACCEPTANCE));
    }

    function test_ALoserReleasesItself() external {
        Bid memory winner = bidOf(rival, RATE - 1);
        placeBid(o, winner);
        accept(o, winner);
        vm.expectEmit(address(market));
        emit IAuction.BidReleased(orderId(o), bidId(o, b), provider);
        vm.prank(provider);
        market.releaseBid(o, b);
        assertEq(heldBy(provider), 0);
        assertEq(market.orderOf(orderId(o)).bids, 0);
    }

    function testFuzz_AnyoneAfterItsExpiry(uint32 expiry, uint32 later, address who) external {
        vm.assume(who != address(market));
        Bid memory short = bidOf(rival, 1);
        short.expiry = uint32(bound(expiry, START + BIDDING, START + ACCEPTANCE));
        placeBid(o, short);
        vm.warp(short.expiry);
        _refused(who, short, word(Errors.BidHeld.selector, short.expiry));
        skip(bound(later, 1, 10_000));
        vm.expectEmit(address(market));
        emit IAuction.BidReleased(orderId(o), bidId(o, short), rival);
        vm.prank(who);
        market.releaseBid(o, short);
        assertEq(heldBy(rival), 0);
        assertEq(market.earnings(rival, ETH), BID_DEPOSIT);
        assertEq(market.orderOf(orderId(o)).bids, 1);
        assertTrue(market.orderOf(orderId(o)).open);
    }
}
