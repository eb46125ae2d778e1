// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Consents} from "../../src/types/DataTypes.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract ConsentTest is ApprovalsTest {
    bytes private call;
    bytes32 private action;

    function setUp() public override {
        super.setUp();
        call = bigTake(1);
        action = market.actionOf(tenant, call, 0, 0, EXPIRY);
    }

    function _consent(uint256 i) private {
        vm.prank(approvers[i]);
        market.consent(tenant, action, approvers);
    }

    function _byTransaction(uint256 i, uint256 j) private view returns (Consents memory) {
        bytes[] memory signatures = new bytes[](2);
        (signatures[0], signatures[1]) = (abi.encodePacked(approvers[i]), abi.encodePacked(approvers[j]));
        return consentsBy(signatures);
    }

    function test_RevertWhen_TheAccountIsFree() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotBound.selector, stranger));
        vm.prank(approvers[0]);
        market.consent(stranger, action, approvers);
        unbind(0);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotBound.selector, tenant));
        _consent(0);
    }

    function test_RevertWhen_TheListIsAnother() external {
        (address[] memory others,) = someApprovers("other", 3);
        vm.expectRevert(Errors.BadApprovers.selector);
        vm.prank(others[0]);
        market.consent(tenant, action, others);
        // not even a part of it, by one who stands on it
        address[] memory part = new address[](1);
        part[0] = approvers[1];
        vm.expectRevert(Errors.BadApprovers.selector);
        vm.prank(approvers[1]);
        market.consent(tenant, action, part);
    }

    function test_RevertWhen_TheCallerIsNoApprover() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotApprover.selector, tenant));
        vm.prank(tenant);
        market.consent(tenant, action, approvers);
    }

    function test_RevertWhen_TheCallerHasTakenItBack() external {
        vm.startPrank(approvers[1]);
        market.revoke(tenant, action, approvers);
        vm.expectRevert(abi.encodeWithSelector(Errors.ConsentRevoked.selector, approvers[1]));
        market.consent(tenant, action, approvers);
    }

    function test_Consents() external {
        for (uint256 i = 1; i < 3; ++i) {
            vm.expectEmit(address(market));
            emit IApprovals.Consented(action, tenant, approvers[i]);
            _consent(i);
        }
        _consent(1); // twice is once
        refused(call, _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
        Consents memory c = _byTransaction(1, 2);
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_ATransactionAndASignatureTogether() external {
        _consent(0);
        Consents memory c = _byTransaction(0, 1);
        c.signatures[1] = signature(keys[1], action);
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertTrue(market.nonceUsed(tenant, 0));
    }

    function test_CountsForThatActionOnly() external {
        _consent(0);
        _consent(1);
        refused(bigTake(2), _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
        Consents memory c = _byTransaction(0, 1);
        c.nonce = 1;
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
        c = _byTransaction(0, 1);
        c.expiry += 1;
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
    }

    /// An account of the attacker's, with the attacker where the victim has its approvers, sets no bit of the victim's.
    function test_CountsForThatAccountOnly() external {
        (address[] memory own,) = someApprovers("attacker", 3);
        bind(stranger, own, 1);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(own[i]);
            market.consent(stranger, action, own);
        }
        refused(call, _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
    }

    /// Who knows the next policy can state its actions before it is in force, and sets no bit of it.
    function test_CountsForThatVersionOnly() external {
        (address[] memory others,) = someApprovers("other", 3);
        bytes memory rebind = abi.encodeCall(IApprovals.bind, (others, 2, limits()));
        uint256 snapshot = vm.snapshotState();
        act(rebind, 0, 7);
        bytes32 later = market.actionOf(tenant, call, 0, 0, EXPIRY);
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(approvers[i]);
            market.consent(tenant, later, approvers);
        }
        act(rebind, 0, 7);
        approvers = others;
        assertEq(market.actionOf(tenant, call, 0, 0, EXPIRY), later);
        refused(call, _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
    }

    /// The same approvers under a new version have to consent anew.
    function test_CountsNoMoreWhenTheSameApproversAreBoundAgain() external {
        _consent(0);
        _consent(1);
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, limits())), 0, 7);
        refused(call, _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
        unbind(8);
        bind(tenant, approvers, 2);
        refused(call, _byTransaction(0, 1), abi.encodePacked(Errors.BadSignature.selector));
    }
}
