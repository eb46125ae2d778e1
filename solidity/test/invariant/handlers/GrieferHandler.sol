// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Acceptance, AuctionOrder} from "../../../src/types/DataTypes.sol";
import {OfferId} from "../../../src/types/Ids.sol";
import {Tidemark} from "../../MarketTest.sol";
import {NastyToken} from "../../tokens/NastyToken.sol";
import {AuctionStore} from "../AuctionStore.sol";
import {AuctionHandler} from "./AuctionHandler.sol";

/// A griefer: it releases what it may, refunds, tries what it may not, and makes the token misbehave.
contract GrieferHandler is AuctionHandler {
    address private immutable GRIEFER;
    address private immutable VICTIM;
    NastyToken private immutable TOKEN;

    constructor(Tidemark market, AuctionStore store, address griefer, address victim, NastyToken token)
        AuctionHandler(market, store)
    {
        (GRIEFER, VICTIM, TOKEN) = (griefer, victim, token);
    }

    /// Any bid, and at times twice.
    function releaseBid(uint256 seed) external onBid {
        (uint256 i, AuctionStore.Answer memory b) = _bid(seed);
        AuctionOrder memory o = STORE.order(b.order).terms;
        vm.prank(GRIEFER);
        MARKET.releaseBid(o, b.terms);
        STORE.released(i);
        if (seed >> 16 & 1 == 0) return;
        vm.prank(GRIEFER);
        try MARKET.releaseBid(o, b.terms) {
            STORE.released(i);
        } catch {}
    }

    function refund(uint256 seed) external onLease {
        (uint256 i, AuctionStore.Lease memory lease) = _lease(seed);
        uint256 before = MARKET.accountOf(lease.id, lease.terms.currency).balance;
        vm.prank(GRIEFER);
        MARKET.refund(lease.terms);
        STORE.returned(i, before - MARKET.accountOf(lease.id, lease.terms.currency).balance);
    }

    /// Whatever is not a stranger's must fail; if it went through, the invariants would see it.
    function trespass(uint256 seed) external onBid {
        (, AuctionStore.Answer memory b) = _bid(seed);
        AuctionOrder memory o = STORE.order(b.order).terms;
        uint256 way = seed >> 8 & 3;
        if (way == 0) {
            vm.prank(GRIEFER);
            MARKET.cancelOrder(o);
        } else if (way == 1) {
            Acceptance[] memory all = new Acceptance[](1);
            all[0] = Acceptance(o, b.terms);
            vm.prank(GRIEFER);
            MARKET.accept(all);
        } else if (STORE.leases() != 0) {
            (, AuctionStore.Lease memory lease) = _lease(seed >> 16);
            vm.prank(GRIEFER);
            if (way == 2) MARKET.moveToBid(lease.terms, o, b.terms);
            else MARKET.moveToOffer(lease.terms, OfferId.wrap(1), type(uint104).max);
        }
    }

    /// The token turns, and half of the times turns back.
    function misbehave(uint256 seed) external {
        if (seed & 1 == 0) TOKEN.setMode(NastyToken.Mode.Plain);
        else if (seed >> 1 & 3 == 0) TOKEN.setMode(NastyToken.Mode.TakesAFee);
        else if (seed >> 1 & 3 == 1) TOKEN.setMode(NastyToken.Mode.ReturnsFalse);
        else if (seed >> 1 & 3 == 2) TOKEN.setMode(NastyToken.Mode.Reverts);
        else TOKEN.blacklist(VICTIM);
    }
}
