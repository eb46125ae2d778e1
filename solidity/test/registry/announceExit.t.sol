// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Capacity, Order, Terms} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract AnnounceExitTest is MarketTest {
    function _announce() private {
        vm.prank(provider);
        market.announceExit();
    }

    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.announceExit();
    }

    function test_Announces() external {
        vm.expectEmit(address(market));
        emit IRegistry.ExitAnnounced(provider, START + EXIT);
        _announce();
        assertEq(market.providerOf(provider).exitAt, START + EXIT);
        assertEq(market.providerOf(provider).bond, MIN_BOND);
    }

    function test_NothingNewIsSoldAndWhatThereIsGoesOn() external {
        (Terms memory terms,) = open(usd, 2);
        _announce();
        Capacity memory c = market.capacityOf(provider);
        assertEq(uint256(c.millicores) + c.memoryMiB + c.diskMiB + c.gpus, 0);
        assertEq(c.heldMillicores, 10_000);
        Order memory o = order(1, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 10_000, 0));
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
        // up to what it holds
        vm.prank(tenant);
        market.scale(terms, 10);
        skip(EPOCH);
        proveAndSettle(terms, 100);
        assertEq(market.earnings(provider, usd), 100 * RATE);
    }

    function testFuzz_AgainBeginsAgain(uint16 wait) external {
        _announce();
        skip(wait);
        _announce();
        assertEq(market.providerOf(provider).exitAt, START + wait + EXIT);
        skip(EXIT - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.ExitRunning.selector, START + wait + EXIT));
        vm.prank(provider);
        market.unregister();
    }

    function test_AnUpdateCallsItOff() external {
        _announce();
        skip(EXIT);
        vm.startPrank(provider);
        market.updateProvider(plenty(), "key", "url");
        assertEq(market.providerOf(provider).exitAt, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.ExitNotAnnounced.selector, provider));
        market.unregister();
        vm.stopPrank();
        open(usd, 2);
    }
}
