// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Consents, LeasePolicy, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {ApprovalsTest} from "../approvals/ApprovalsTest.sol";

contract SetIntakeTest is ApprovalsTest {
    function _set(address by, bool open_) private {
        vm.prank(by);
        market.setIntake(open_);
    }

    function _notArbiters(address who) private {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotArbiters.selector, who));
    }

    function _consents(bool open_, uint256 nonce) private view returns (bytes memory call, Consents memory c) {
        call = abi.encodeCall(IRegistry.setIntake, (open_));
        c = consentsTo(market.actionOf(arbiters, call, 0, nonce, EXPIRY), nonce);
    }

    // Free

    function test_TheArbitersStopAndReopenIt() external {
        assertTrue(market.intakeOpen());
        vm.expectEmit(address(market));
        emit IRegistry.IntakeSet(false);
        _set(arbiters, false);
        assertFalse(market.intakeOpen());
        _set(arbiters, false); // twice is once
        vm.expectEmit(address(market));
        emit IRegistry.IntakeSet(true);
        _set(arbiters, true);
        assertTrue(market.intakeOpen());
    }

    function testFuzz_RevertWhen_AnotherCalls(address who) external {
        vm.assume(who != arbiters);
        _notArbiters(who);
        _set(who, false);
    }

    function test_RevertWhen_TheFreeArbitersConsentsAreCarried() external {
        (bytes memory call, Consents memory c) = _consents(false, 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotBound.selector, arbiters));
        vm.prank(stranger);
        market.approved(arbiters, call, c);
    }

    // Bound

    function test_RevertWhen_TheBoundArbitersCallWithoutConsents() external {
        bind(arbiters, approvers, 2);
        _notArbiters(arbiters);
        _set(arbiters, false);
        _notArbiters(approvers[0]);
        _set(approvers[0], false);
    }

    function test_AnybodyCarriesTheirConsents() external {
        bind(arbiters, approvers, 2);
        (bytes memory call, Consents memory c) = _consents(false, 0);
        vm.prank(stranger);
        market.approved(arbiters, call, c);
        assertFalse(market.intakeOpen());
        // no grant is left, neither for the carrier nor for the account
        _notArbiters(stranger);
        _set(stranger, false);
        _notArbiters(arbiters);
        _set(arbiters, false);
        // nor can they be carried again
        vm.expectRevert(abi.encodeWithSelector(Errors.NonceUsed.selector, arbiters, 0));
        vm.prank(stranger);
        market.approved(arbiters, call, c);
        (call, c) = _consents(true, 1);
        vm.prank(arbiters);
        market.approved(arbiters, call, c);
        assertTrue(market.intakeOpen());
    }

    function test_RevertWhen_TheirConsentsAreForTheOpposite() external {
        bind(arbiters, approvers, 2);
        (, Consents memory c) = _consents(true, 0);
        vm.expectPartialRevert(Errors.NotApprover.selector);
        vm.prank(stranger);
        market.approved(arbiters, abi.encodeCall(IRegistry.setIntake, (false)), c);
    }

    // Stopped

    function test_NothingNewComesIn() external {
        _set(arbiters, false);
        vm.expectRevert(Errors.IntakeStopped.selector);
        takeAs(stranger, usd, 1, DEPOSIT);
        vm.expectRevert(Errors.IntakeStopped.selector);
        takeAs(stranger, ETH, 1, DEPOSIT);
        vm.expectRevert(Errors.IntakeStopped.selector);
        vm.prank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        _set(arbiters, true);
        takeAs(stranger, usd, 1, DEPOSIT);
        vm.prank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
    }

    function test_WhatIsThereGoesOnAndGetsOut() external {
        (Terms memory terms, LeaseId id) = open(stranger, usd, order(2, 1), DEPOSIT);
        (Terms memory other,) = open(stranger, ETH, order(2, 2), DEPOSIT);
        _set(arbiters, false);
        skip(EPOCH);
        proveAndSettle(terms, 20);
        LeasePolicy memory p = policy();
        p.maxReplicas = 20;
        vm.startPrank(stranger);
        market.topUp(usd, id, 1000);
        market.scale(terms, 3);
        market.scale(terms, 2);
        market.setPolicy(terms, p);
        market.withdraw(terms, 1000);
        market.close(other);
        vm.stopPrank();
        skip(60);
        post(market.leafOf(id, stepTo(terms, 4, 10_000).claim.statement));
        vm.startPrank(provider);
        market.scaleByProof(stepTo(terms, 4, 10_000));
        market.giveNotice(terms);
        skip(NOTICE);
        market.close(terms);
        market.withdrawEarnings(usd, provider, type(uint256).max);
        market.updateProvider(plenty(), "key", "url");
        market.addBond{value: 1}();
        market.announceExit();
        skip(CLAIM);
        market.refund(terms);
        market.unregister();
        market.withdrawEarnings(ETH, provider, type(uint256).max);
        vm.stopPrank();
        uint256 left = market.accountOf(market.idOf(other), ETH).balance;
        if (left != 0) market.refund(other);
        assertEq(token.balanceOf(address(market)), 0);
        assertEq(address(market).balance, 0);
    }
}
