// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Order, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract SetIntakeTest is MarketTest {
    function _set(bool open_) private {
        vm.expectEmit(address(market));
        emit IRegistry.IntakeSet(open_);
        vm.prank(arbiters);
        market.setIntake(open_);
        assertEq(market.intakeOpen(), open_);
    }

    function test_RevertWhen_TheCallerIsNotTheArbiters() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotArbiters.selector, stranger));
        vm.prank(stranger);
        market.setIntake(false);
        assertTrue(market.intakeOpen());
    }

    function test_NothingNewComesInWhileItIsStopped() external {
        _set(false);
        vm.expectRevert(Errors.IntakeStopped.selector);
        vm.prank(stranger);
        market.register{value: MIN_BOND}(shape(), "key", "url");
        Order memory o = order(2, 1);
        vm.expectRevert(Errors.IntakeStopped.selector);
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
    }

    function test_LeasesAndProvidersGoOnWhileItIsStopped() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        _set(false);
        vm.startPrank(tenant);
        market.topUp(usd, id, 1000);
        market.scale(terms, 3);
        vm.stopPrank();
        skip(EPOCH);
        proveAndSettle(terms, 3 * EPOCH);
        vm.startPrank(tenant);
        market.withdraw(terms, 1000);
        market.close(terms);
        vm.stopPrank();
        skip(CLAIM);
        market.refund(terms);
        vm.startPrank(provider);
        market.announceExit();
        skip(EXIT);
        market.unregister();
        market.withdrawEarnings(usd, provider, 3 * EPOCH * RATE);
        market.withdrawEarnings(ETH, provider, MIN_BOND);
        assertEq(held(usd, address(market)), 0);
        assertEq(held(ETH, address(market)), 0);
    }

    function test_OffersCanBeTakenOnceItIsOpenAgain() external {
        _set(false);
        _set(true);
        open(usd, 2);
    }
}
