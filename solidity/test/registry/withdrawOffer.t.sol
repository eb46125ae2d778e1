// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Order, Status, Terms} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract WithdrawOfferTest is MarketTest {
    function test_RevertWhen_NeverListed() external {
        OfferId none = OfferId.wrap(99);
        vm.expectRevert(abi.encodeWithSelector(Errors.OfferClosed.selector, none));
        vm.prank(provider);
        market.withdrawOffer(none);
    }

    function test_RevertWhen_WithdrawnBefore() external {
        vm.startPrank(provider);
        market.withdrawOffer(usdOffer);
        vm.expectRevert(abi.encodeWithSelector(Errors.OfferClosed.selector, usdOffer));
        market.withdrawOffer(usdOffer);
    }

    function test_RevertWhen_AnothersOffer() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, stranger));
        vm.prank(stranger);
        market.withdrawOffer(usdOffer);
    }

    function test_Withdraws() external {
        (Terms memory terms,) = open(usd, 2);
        vm.expectEmit(address(market));
        emit IRegistry.OfferWithdrawn(usdOffer, provider);
        vm.prank(provider);
        market.withdrawOffer(usdOffer);
        assertFalse(market.offerOf(usdOffer).open);
        Order memory o = order(2, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.OfferClosed.selector, usdOffer));
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
        // a lease that was opened from it keeps its terms
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Active));
        skip(10);
        proveAndSettle(terms, 20);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }
}
