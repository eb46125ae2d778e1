// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Bound, Limit, Limits} from "../../src/types/DataTypes.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract BindTest is ApprovalsTest {
    function _refused(address[] memory list, uint256 threshold) private {
        vm.expectRevert(Errors.BadApprovers.selector);
        vm.prank(stranger);
        market.bind(list, threshold, new Limit[](0));
    }

    function test_RevertWhen_ApproversAreNotAscending() external {
        address[] memory list = approvers;
        (list[1], list[2]) = (list[2], list[1]);
        _refused(list, 2);
    }

    function test_RevertWhen_AnApproverIsNamedTwice() external {
        address[] memory list = approvers;
        list[1] = list[2];
        _refused(list, 2);
    }

    function test_RevertWhen_AnApproverIsZero() external {
        address[] memory list = approvers;
        list[0] = address(0);
        _refused(list, 2);
    }

    function test_RevertWhen_TheAccountIsItsOwnApprover() external {
        address[] memory list = new address[](1);
        list[0] = stranger;
        _refused(list, 1);
    }

    function test_RevertWhen_ThresholdIsZero() external {
        _refused(approvers, 0);
    }

    function testFuzz_RevertWhen_ThresholdIsAboveTheNumber(uint256 threshold) external {
        _refused(approvers, bound(threshold, 4, type(uint256).max));
    }

    function testFuzz_RevertWhen_ThresholdWithoutApprovers(uint256 threshold) external {
        _refused(new address[](0), bound(threshold, 1, type(uint256).max));
    }

    function test_RevertWhen_TooMany() external {
        (address[] memory list,) = someApprovers("one of many", 65);
        vm.expectRevert(abi.encodeWithSelector(Errors.TooMany.selector, 65, 64));
        vm.prank(stranger);
        market.bind(list, 1, new Limit[](0));
    }

    function test_SixtyFourOfSixtyFour() external {
        (address[] memory list, uint256[] memory theirs) = someApprovers("one of many", 64);
        (approvers, keys) = (list, theirs);
        bind(stranger, list, 64);
        (uint256 threshold,) = market.bindingOf(stranger);
        assertEq(threshold, 64);
        bytes memory call = abi.encodeCall(IApprovals.bind, (new address[](0), 0, new Limit[](0)));
        bytes32 action = market.actionOf(stranger, call, 0, 0, EXPIRY);
        bytes[] memory signatures = new bytes[](64);
        for (uint256 i = 0; i < 64; ++i) {
            signatures[i] = signature(theirs[i], action);
        }
        // the last of them has a bit of its own, for consents and for revocations
        vm.prank(list[63]);
        market.consent(stranger, action, list);
        signatures[63] = abi.encodePacked(list[63]);
        uint256 snapshot = vm.snapshotState();
        _act(call, signatures);
        (threshold,) = market.bindingOf(stranger);
        assertEq(threshold, 0);
        vm.revertToState(snapshot);
        vm.prank(list[63]);
        market.revoke(stranger, action, list);
        vm.expectRevert(abi.encodeWithSelector(Errors.ConsentRevoked.selector, list[63]));
        _act(call, signatures);
    }

    function _act(bytes memory call, bytes[] memory signatures) private {
        vm.prank(stranger);
        market.approved(stranger, call, consentsBy(signatures));
    }

    function test_RevertWhen_ABoundAccountsApproversDoNotConsent() external {
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        bind(tenant, approvers, 3);
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        bind(tenant, new address[](0), 0);
        // bad approvers change nothing about that
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        bind(tenant, approvers, 0);
    }

    function testFuzz_Binds(uint256 count, uint256 threshold, Limit memory limit) external {
        count = bound(count, 1, 64);
        threshold = bound(threshold, 1, count);
        (address[] memory list,) = someApprovers("one of many", count);
        Limit[] memory all = new Limit[](1);
        all[0] = limit;
        vm.expectEmit(address(market));
        emit IApprovals.AccountBound(stranger, list, threshold, all, 1);
        vm.prank(stranger);
        market.bind(list, threshold, all);
        (uint256 threshold_, uint256 version) = market.bindingOf(stranger);
        assertEq(threshold_, threshold);
        assertEq(version, 1);
        Limits memory stored = market.limitsOf(stranger, limit.currency);
        Limits memory expected = Limits(limit.rate, limit.amount, 1, limit.exposure, 0);
        assertEq(keccak256(abi.encode(stored)), keccak256(abi.encode(expected)));
    }

    function test_BindsOtherwiseWithConsents() external {
        takeAs(tenant, usd, 1, DEPOSIT);
        (address[] memory others, uint256[] memory theirs) = someApprovers("other", 2);
        Limit[] memory all = new Limit[](1);
        all[0] = Limit(usd, RATE_LIMIT, 2 * AMOUNT_LIMIT, EXPOSURE_LIMIT);
        vm.expectEmit(address(market));
        emit IApprovals.AccountBound(tenant, others, 1, all, 2);
        act(abi.encodeCall(IApprovals.bind, (others, 1, all)), 0, 0);
        (uint256 threshold, uint256 version) = market.bindingOf(tenant);
        assertEq(threshold, 1);
        assertEq(version, 2);
        // what was put in stays counted
        assertEq(exposedOf(tenant, usd), DEPOSIT);
        takeAs(tenant, usd, 2, 2 * DEPOSIT);
        assertEq(exposedOf(tenant, usd), 3 * DEPOSIT);
        expectConsentRequired(tenant, Bound.Exposure, 3 * DEPOSIT + 1000, EXPOSURE_LIMIT);
        takeAs(tenant, usd, 3, 1000);
        // the limits in ETH were of version 1
        expectConsentRequired(tenant, Bound.Rate, RATE_LIMIT, 0);
        takeAs(tenant, ETH, 3, 1000);
        // the old approvers count no more, the new one does
        bytes memory call = bigTake(4);
        refused(call, consentsTo(call, 0, 1), abi.encodePacked(Errors.BadApprovers.selector));
        (approvers, keys) = (others, theirs);
        bytes32 action = market.actionOf(tenant, call, 0, 1, EXPIRY);
        bytes[] memory one = new bytes[](1);
        one[0] = signature(theirs[1], action);
        vm.prank(tenant);
        market.approved(tenant, call, consentsBy(one, 1));
        assertEq(exposedOf(tenant, usd), 3 * DEPOSIT + MUCH);
    }

    function test_AFreeAccountHasNoLimitsAndItsVersionStays() external {
        unbind(0);
        (uint256 threshold, uint256 version) = market.bindingOf(tenant);
        assertEq(threshold, 0);
        assertEq(version, 2);
        takeAs(tenant, usd, 1, MUCH);
        assertEq(exposedOf(tenant, usd), 0);
        // free to stay free, too
        bind(tenant, new address[](0), 0);
        bind(tenant, approvers, 2);
        (, version) = market.bindingOf(tenant);
        assertEq(version, 4);
    }
}
