// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Offer} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract ListOfferTest is MarketTest {
    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.listOffer(usd, prices());
    }

    function test_Lists() external {
        vm.expectEmit(address(market));
        emit IRegistry.OfferListed(OfferId.wrap(3), provider, usd, prices());
        vm.prank(provider);
        OfferId id = market.listOffer(usd, prices());
        assertEq(OfferId.unwrap(id), 3);
        assertEq(market.offerCount(), 3);
        Offer memory offer = market.offerOf(id);
        assertEq(offer.provider, provider);
        assertTrue(offer.open);
        assertEq(Currency.unwrap(offer.currency), address(token));
        assertEq(keccak256(abi.encode(offer.prices)), keccak256(abi.encode(prices())));
    }
}
