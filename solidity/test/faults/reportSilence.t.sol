// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Outage} from "../../src/types/DataTypes.sol";
import {FaultsTest} from "./FaultsTest.sol";

contract ReportSilenceTest is FaultsTest {
    function _refused(bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(reporter);
        market.reportSilence(provider);
    }

    function _notSilent() private view returns (bytes memory) {
        return abi.encodeWithSelector(Errors.NotSilent.selector, provider);
    }

    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        market.reportSilence(stranger);
    }

    function test_RevertWhen_ItHoldsNothing() external {
        vm.prank(tenant);
        market.close(terms);
        fallSilent();
        _refused(_notSilent());
    }

    function test_RevertWhen_ItHasPostedInTime() external {
        post("root");
        skip(MISSED * EPOCH - 1);
        _refused(_notSilent());
        skip(1);
        report();
    }

    function test_RevertWhen_ItsRegistrationIsYoung() external {
        vm.warp(START + MISSED * EPOCH - 1);
        _refused(_notSilent());
        skip(1);
        report();
    }

    function test_RevertWhen_ItWasReportedBefore() external {
        fallSilent();
        report();
        bytes memory known = abi.encodeWithSelector(Errors.SilenceKnown.selector, provider, 0);
        _refused(known);
        waitForGrace();
        _refused(known);
        market.confirmSilence(provider);
        skip(CLAIM);
        _refused(known);
    }

    function test_Reports() external {
        post("root");
        fallSilent();
        vm.expectEmit(address(market));
        emit IFaults.SilenceReported(provider, 1, reporter);
        report();
        Outage memory o = market.outageOf(provider);
        assertEq(o.epoch, 1);
        assertEq(o.reportedAt, _now());
        assertEq(o.reportedBlock, vm.getBlockNumber());
        assertFalse(o.confirmed);
    }

    function test_AgainAfterAnotherRoot() external {
        outage();
        post("root");
        _refused(_notSilent());
        fallSilent();
        report();
        assertEq(market.outageOf(provider).epoch, 1);
        assertFalse(market.outageOf(provider).confirmed);
    }

    /// An outage ends with the registration, or the next one would begin in it.
    function test_ARegistrationBeginsAnew() external {
        outage();
        vm.prank(tenant);
        market.close(terms);
        vm.startPrank(provider);
        market.announceExit();
        skip(EXIT);
        market.unregister();
        assertEq(market.outageOf(provider).reportedAt, 0);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        vm.stopPrank();
        (terms, id) = open(tenant, usd, order(2, 2), DEPOSIT);
        _refused(_notSilent());
        vm.expectRevert(abi.encodeWithSelector(Errors.NoOutage.selector, provider));
        market.creditOutage(terms);
        fallSilent();
        report();
    }
}
