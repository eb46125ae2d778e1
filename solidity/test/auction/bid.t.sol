// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {AuctionOrder, Bid, BidState, Shape} from "../../src/types/DataTypes.sol";
import {BidId} from "../../src/types/Ids.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract BidTest is AuctionTest {
    AuctionOrder private o;

    function setUp() public override {
        super.setUp();
        o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
    }

    function _refused(Bid memory b, Bid memory displaced, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(b.provider);
        market.bid{value: BID_DEPOSIT}(o, b, displaced);
    }

    /// 16 bids of the rival's, from 11 base units downwards in thousandths.
    function _fill() private returns (Bid[] memory bids) {
        bids = new Bid[](16);
        for (uint256 i = 0; i < 16; ++i) {
            bids[i] = bidOf(rival, RATE);
            bids[i].rates.reserved -= uint104(i * 1e9);
            placeBid(o, bids[i]);
        }
    }

    function test_RevertWhen_IntakeStopped() external {
        stopIntake();
        _refused(bidOf(provider, RATE), nobody, abi.encodePacked(Errors.IntakeStopped.selector));
    }

    function testFuzz_RevertWhen_TheValueIsNotTheDeposit(uint96 value) external {
        vm.assume(value != BID_DEPOSIT);
        vm.deal(provider, value);
        Bid memory b = bidOf(provider, RATE);
        vm.expectRevert(words(Errors.WrongValue.selector, value, BID_DEPOSIT));
        vm.prank(provider);
        market.bid{value: value}(o, b, nobody);
    }

    function test_RevertWhen_ItHoldsAlready() external {
        Bid memory b = bidOf(provider, RATE);
        BidId id = placeBid(o, b);
        _refused(b, nobody, abi.encodeWithSelector(Errors.BidExists.selector, id));
    }

    function test_RevertWhen_AllPlacesAreTaken() external {
        Bid[] memory bids = _fill();
        assertEq(market.orderOf(orderId(o)).bids, 16);
        Bid memory b = bidOf(provider, RATE);
        _refused(b, nobody, word(Errors.BidsFull.selector, 16));
        AuctionOrder memory other = orderIn(usd, 2);
        openOrder(other, DEPOSIT);
        Bid memory elsewhere = bidOf(rival, RATE);
        elsewhere.expiry -= 1;
        placeBid(other, elsewhere);
        _refused(b, elsewhere, word(Errors.BidsFull.selector, 16));
        _refused(b, bids[0], words(Errors.NotBetter.selector, RATE * 1e12, RATE * 1e12));
        _refused(b, bids[1], words(Errors.NotBetter.selector, RATE * 1e12, RATE * 1e12 - 1e9));
    }

    function test_ABetterOneTakesAPlace() external {
        Bid[] memory bids = _fill();
        Bid memory b = bidOf(provider, RATE);
        b.rates.reserved -= 1;
        vm.expectEmit(address(market));
        emit IAuction.BidReleased(orderId(o), bidId(o, bids[0]), rival);
        vm.expectEmit(address(market));
        emit IAuction.BidPlaced(orderId(o), bidId(o, b), provider, b);
        vm.prank(provider);
        market.bid{value: BID_DEPOSIT}(o, b, bids[0]);
        assertEq(heldBy(rival), 150);
        assertEq(heldBy(provider), 10);
        assertEq(market.earnings(rival, ETH), BID_DEPOSIT);
        assertEq(market.orderOf(orderId(o)).bids, 16);
        assertFalse(market.bidOf(bidId(o, bids[0])).live);
        // once gone it displaces and is displaced no more
        b.rates.reserved -= 1;
        _refused(b, bids[0], word(Errors.BidsFull.selector, 16));
        vm.warp(START + ACCEPTANCE + 1);
        vm.expectRevert(bidClosed(o, bids[0]));
        market.releaseBid(o, bids[0]);
    }

    function test_TheRoomOfTheDisplacedIsForTheNewOne() external {
        Bid[] memory bids = _fill();
        Shape memory full = shape();
        (full.millicores, full.memoryMiB) = (full.millicores * 160, full.memoryMiB * 160);
        (full.diskMiB, full.gpus) = (full.diskMiB * 160, full.gpus * 160);
        vm.prank(rival);
        market.updateProvider(full, "", "");
        Bid memory b = bidOf(rival, 1);
        vm.prank(rival);
        market.bid{value: BID_DEPOSIT}(o, b, bids[3]);
        assertEq(heldBy(rival), 160);
    }

    /// A bid that was displaced may come back, as a new one.
    function test_TheDisplacedMayComeBack() external {
        Bid[] memory bids = _fill();
        Bid memory b = bidOf(provider, 5);
        vm.prank(provider);
        market.bid{value: BID_DEPOSIT}(o, b, bids[15]);
        vm.prank(rival);
        market.bid{value: BID_DEPOSIT}(o, bids[15], bids[0]);
        assertTrue(market.bidOf(bidId(o, bids[15])).live);
        assertEq(heldBy(rival), 150);
    }

    function testFuzz_HoldsCapacity(uint104 reserved, uint32 expiry, uint32 now_) external {
        Bid memory b = bidOf(provider, RATE);
        b.rates.reserved = uint104(bound(reserved, 0, RATE * 1e12));
        b.expiry = uint32(bound(expiry, START + BIDDING, START + ACCEPTANCE));
        vm.warp(bound(now_, START, START + BIDDING - 1));
        // ignored
        Bid memory other = bidOf(rival, RATE);
        placeBid(o, other);
        uint256 before = address(market).balance;
        vm.expectEmit(address(market));
        emit IAuction.BidPlaced(orderId(o), bidId(o, b), provider, b);
        vm.prank(provider);
        BidId id = market.bid{value: BID_DEPOSIT}(o, b, other);
        assertEq(BidId.unwrap(id), BidId.unwrap(market.bidIdOf(orderId(o), b)));
        BidState memory state = market.bidOf(id);
        assertTrue(state.live);
        assertEq(state.deposit, BID_DEPOSIT);
        assertEq(market.orderOf(orderId(o)).bids, 2);
        assertEq(heldBy(provider), 10);
        assertEq(address(market).balance, before + BID_DEPOSIT);
        assertTrue(market.bidOf(bidId(o, other)).live);
    }

    /// Who holds capacity for a bid cannot leave with its bond.
    function test_RevertWhen_ABidderUnregisters() external {
        placeBid(o, bidOf(rival, RATE));
        vm.startPrank(rival);
        market.announceExit();
        skip(EXIT);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeasesOpen.selector, rival));
        market.unregister();
    }
}
