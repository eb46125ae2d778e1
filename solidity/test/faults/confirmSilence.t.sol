// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract ConfirmSilenceTest is FaultsTest {
    function _refused(bytes memory why) private {
        vm.expectRevert(why);
        market.confirmSilence(provider);
    }

    function test_RevertWhen_NobodyHasReported() external {
        fallSilent();
        _refused(abi.encodeWithSelector(Errors.NotReported.selector, provider));
    }

    /// A healthy provider answers a report with its next root, and all is as before; so does one that was reported long ago.
    function testFuzz_RevertWhen_ItHasPosted(uint32 wait) external {
        fallSilent();
        report();
        skip(wait % (CLAIM / 2));
        vm.roll(vm.getBlockNumber() + wait);
        post("root");
        skip(EPOCH);
        vm.roll(vm.getBlockNumber() + GRACE);
        _refused(abi.encodeWithSelector(Errors.NotSilent.selector, provider));
        vm.expectRevert(abi.encodeWithSelector(Errors.NoOutage.selector, provider));
        market.creditOutage(terms);
        assertEq(bond(), MIN_BOND);
        assertEq(market.owed(terms), 2 * RATE * (_now() - START));
    }

    function test_RevertWhen_ItIsConfirmed() external {
        outage();
        _refused(abi.encodeWithSelector(Errors.SilenceKnown.selector, provider, 0));
    }

    /// The first block after a halt: all the time has passed, and the provider had none of it.
    function testFuzz_RevertWhen_TheChainStoodStill(uint32 halt, uint8 blocks) external {
        fallSilent();
        report();
        (uint256 time, uint256 number) = (_now() + EPOCH, vm.getBlockNumber() + GRACE);
        skip(bound(halt, EPOCH, type(uint32).max / 4));
        vm.roll(number - GRACE + bound(blocks, 0, GRACE - 1));
        _refused(abi.encodeWithSelector(Errors.GraceRunning.selector, time, number));
        vm.roll(number);
        market.confirmSilence(provider);
    }

    /// Blocks without time are no grace either.
    function testFuzz_RevertWhen_BlocksCameInABurst(uint32 blocks, uint8 lasts) external {
        fallSilent();
        report();
        (uint256 time, uint256 number) = (_now() + EPOCH, vm.getBlockNumber() + GRACE);
        vm.roll(number + blocks);
        skip(bound(lasts, 0, EPOCH - 1));
        _refused(abi.encodeWithSelector(Errors.GraceRunning.selector, time, number));
        vm.warp(time);
        market.confirmSilence(provider);
    }

    function test_Confirms() external {
        fallSilent();
        report();
        waitForGrace();
        vm.expectEmit(address(market));
        emit IFaults.SilenceConfirmed(provider, 0);
        vm.prank(stranger);
        market.confirmSilence(provider);
        assertTrue(market.outageOf(provider).confirmed);
        assertEq(bond(), MIN_BOND); // that costs nothing yet
    }
}
