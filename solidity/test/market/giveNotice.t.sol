// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract GiveNoticeTest is MarketTest {
    function test_RevertWhen_NotTheProvider() external {
        (Terms memory terms,) = open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, tenant));
        vm.prank(tenant);
        market.giveNotice(terms);
    }

    function test_RevertWhen_LeaseUnknown() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        LeaseId id = market.idOf(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, id));
        vm.prank(provider);
        market.giveNotice(terms);
    }

    function test_RevertWhen_Closed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.prank(tenant);
        market.close(terms);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
        vm.prank(provider);
        market.giveNotice(terms);
    }

    function test_GivesNotice() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        assertEq(market.noticeEnds(id), 0);
        vm.expectEmit(address(market));
        emit IMarket.NoticeGiven(id, START + NOTICE);
        vm.prank(provider);
        market.giveNotice(terms);
        assertEq(market.noticeEnds(id), START + NOTICE);
    }
}
