// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Consents} from "../../src/types/DataTypes.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract RevokeTest is ApprovalsTest {
    bytes private call;
    bytes32 private action;

    function setUp() public override {
        super.setUp();
        call = bigTake(1);
        action = market.actionOf(tenant, call, 0, 0, EXPIRY);
    }

    function _revoke(uint256 i) private {
        vm.prank(approvers[i]);
        market.revoke(tenant, action, approvers);
    }

    function test_RevertWhen_TheAccountIsFree() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotBound.selector, stranger));
        vm.prank(approvers[0]);
        market.revoke(stranger, action, approvers);
    }

    function test_RevertWhen_TheListIsAnother() external {
        (address[] memory others,) = someApprovers("other", 3);
        vm.expectRevert(Errors.BadApprovers.selector);
        vm.prank(others[0]);
        market.revoke(tenant, action, others);
    }

    function test_RevertWhen_TheCallerIsNoApprover() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotApprover.selector, stranger));
        vm.prank(stranger);
        market.revoke(tenant, action, approvers);
    }

    function test_TakesBackASignature() external {
        Consents memory c = consentsTo(action, 0);
        vm.expectEmit(address(market));
        emit IApprovals.Revoked(action, tenant, approvers[1]);
        _revoke(1);
        refused(call, c, abi.encodeWithSelector(Errors.ConsentRevoked.selector, approvers[1]));
    }

    function test_TakesBackATransaction() external {
        vm.prank(approvers[0]);
        market.consent(tenant, action, approvers);
        Consents memory c = consentsTo(action, 0);
        c.signatures[0] = abi.encodePacked(approvers[0]);
        _revoke(0);
        _revoke(0); // twice is once
        refused(call, c, abi.encodeWithSelector(Errors.ConsentRevoked.selector, approvers[0]));
    }

    function test_TheOthersStillCount() external {
        _revoke(2);
        Consents memory c = consentsTo(action, 0);
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_OtherActionsAreNotTakenBack() external {
        _revoke(0);
        _revoke(1);
        act(bigTake(2), 0, 0);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_NothingIsTakenBackUnderANewVersion() external {
        _revoke(0);
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, limits())), 0, 1);
        act(call, 0, 0);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_AllThreeMayConsent() external {
        Consents memory c = consentsTo(action, 0);
        bytes[] memory three = new bytes[](3);
        (three[0], three[1], three[2]) = (c.signatures[0], c.signatures[1], signature(keys[2], action));
        c.signatures = three;
        // a revoked consent is refused even when the others suffice: omit it
        _revoke(2);
        refused(call, c, abi.encodeWithSelector(Errors.ConsentRevoked.selector, approvers[2]));
        c = consentsTo(action, 0);
        vm.prank(tenant);
        market.approved(tenant, call, c);
    }
}
