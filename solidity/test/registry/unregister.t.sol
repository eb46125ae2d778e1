// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Order, Terms} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract UnregisterTest is MarketTest {
    /// The provider has announced its exit, and its delay is over.
    function _leave() private {
        vm.prank(provider);
        market.announceExit();
        skip(EXIT);
    }

    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.unregister();
    }

    function test_RevertWhen_ALeaseIsOpen() external {
        open(usd, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeasesOpen.selector, provider));
        vm.prank(provider);
        market.unregister();
    }

    function test_RevertWhen_NoExitWasAnnounced() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.ExitNotAnnounced.selector, provider));
        vm.prank(provider);
        market.unregister();
    }

    function test_RevertWhen_TheExitDelayRuns() external {
        vm.startPrank(provider);
        market.announceExit();
        skip(EXIT - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ExitRunning.selector, START + EXIT));
        market.unregister();
    }

    function test_RevertWhen_RootsPending() external {
        post("root");
        _leave();
        skip(CLAIM - 1 - EXIT);
        vm.expectRevert(abi.encodeWithSelector(Errors.RootsPending.selector, START + CLAIM));
        vm.prank(provider);
        market.unregister();
    }

    function test_RevertWhen_ADisputeWaits() external {
        (Terms memory terms,) = open(usd, 2);
        skip(EPOCH);
        _leave();
        vm.startPrank(tenant);
        market.close(terms);
        skip(CLAIM - 1);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        vm.stopPrank();
        skip(DISPUTE);
        vm.expectRevert(abi.encodeWithSelector(Errors.DisputesOpen.selector, provider));
        vm.prank(provider);
        market.unregister();
        market.endDispute(terms);
        vm.prank(provider);
        market.unregister();
        assertEq(market.earnings(provider, ETH), MIN_BOND);
    }

    /// What a slash left is what leaves.
    function test_WhatIsLeftOfTheBond() external {
        (Terms memory terms,) = open(usd, 2);
        skip(EPOCH);
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        vm.prank(arbiters);
        market.rule(terms, true, MIN_BOND / 2);
        vm.prank(tenant);
        market.close(terms);
        _leave();
        vm.prank(provider);
        market.unregister();
        assertEq(market.earnings(provider, ETH), MIN_BOND / 2);
    }

    function test_TheBondBecomesEarnings() external {
        (Terms memory terms,) = open(usd, 2);
        post("root");
        vm.prank(tenant);
        market.close(terms);
        _leave();
        skip(CLAIM - EXIT);
        vm.expectEmit(address(market));
        emit IRegistry.ProviderUnregistered(provider, MIN_BOND);
        vm.prank(provider);
        market.unregister();
        assertEq(market.providerOf(provider).bond, 0);
        assertEq(market.providerOf(provider).registeredAt, 0);
        assertEq(market.capacityOf(provider).millicores, 0);
        assertEq(market.earnings(provider, ETH), MIN_BOND);
        uint256 before = provider.balance;
        vm.prank(provider);
        market.withdrawEarnings(ETH, provider, MIN_BOND);
        assertEq(provider.balance, before + MIN_BOND);
    }

    function test_ItsOffersCannotBeTaken() external {
        _leave();
        vm.prank(provider);
        market.unregister();
        Order memory o = order(2, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 10_000, 0));
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
    }

    function test_ItCanNeitherPostNorListAnyMore() external {
        _leave();
        vm.startPrank(provider);
        market.unregister();
        bytes memory refusal = abi.encodeWithSelector(Errors.NotRegistered.selector, provider);
        vm.expectRevert(refusal);
        market.postRoot(1, "root");
        vm.expectRevert(refusal);
        market.listOffer(usd, prices());
    }
}
