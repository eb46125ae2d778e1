// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Safe} from "@safe-global/safe-smart-account/contracts/Safe.sol";
import {
    CompatibilityFallbackHandler
} from "@safe-global/safe-smart-account/contracts/handler/CompatibilityFallbackHandler.sol";
import {Enum} from "@safe-global/safe-smart-account/contracts/libraries/Enum.sol";
import {SafeProxy} from "@safe-global/safe-smart-account/contracts/proxies/SafeProxy.sol";
import {SafeProxyFactory} from "@safe-global/safe-smart-account/contracts/proxies/SafeProxyFactory.sol";

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IConsents} from "../../src/interfaces/IConsents.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Bound, Consents, Terms} from "../../src/types/DataTypes.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

/// The most used multi-signature wallet, of two owners who both have to sign.
contract SafeTest is ApprovalsTest {
    Safe private safe;
    CompatibilityFallbackHandler private handler;
    SafeProxyFactory private factory;
    Safe private singleton;
    address[] private owners;
    uint256[] private ownerKeys;

    function setUp() public override {
        super.setUp();
        (singleton, handler, factory) = (new Safe(), new CompatibilityFallbackHandler(), new SafeProxyFactory());
        (owners, ownerKeys) = someApprovers("owner", 2);
        safe = _safe(1);
        fund(address(safe));
    }

    function _safe(uint256 salt) private returns (Safe) {
        address none = address(0);
        bytes memory setup = abi.encodeCall(Safe.setup, (owners, 2, none, "", address(handler), none, 0, payable(none)));
        SafeProxy proxy = factory.createProxyWithNonce(address(singleton), setup, salt);
        return Safe(payable(address(proxy)));
    }

    /// Both owners' signatures of a hash of the Safe's.
    function _owners(bytes32 hash) private view returns (bytes memory) {
        return abi.encodePacked(signature(ownerKeys[0], hash), signature(ownerKeys[1], hash));
    }

    function _hash(uint256 value, bytes memory call) private view returns (bytes32) {
        address none = address(0);
        return
            safe.getTransactionHash(
                address(market), value, call, Enum.Operation.Call, 0, 0, 0, none, none, safe.nonce()
            );
    }

    function _exec(uint256 value, bytes memory call, bytes memory signatures) private {
        address none = address(0);
        vm.prank(stranger); // any account can pay the gas
        safe.execTransaction(
            address(market), value, call, Enum.Operation.Call, 0, 0, 0, none, payable(none), signatures
        );
    }

    function _exec(uint256 value, bytes memory call) private {
        _exec(value, call, _owners(_hash(value, call)));
    }

    // As a tenant

    function test_TakesALease() external {
        _exec(0, abi.encodeCall(IMarket.take, (usdOffer, order(2, 1), DEPOSIT)));
        _exec(DEPOSIT, abi.encodeCall(IMarket.take, (ethOffer, order(2, 2), DEPOSIT)));
        Terms memory inToken = termsOf(address(safe), usd, order(2, 1));
        Terms memory inEth = termsOf(address(safe), ETH, order(2, 2));
        assertEq(balanceOf(market.idOf(inToken), usd), DEPOSIT);
        assertEq(balanceOf(market.idOf(inEth), ETH), DEPOSIT);
        _exec(0, abi.encodeCall(IMarket.scale, (inToken, 3)));
        _exec(0, abi.encodeCall(IMarket.close, (inToken)));
        _exec(0, abi.encodeCall(IMarket.close, (inEth)));
        assertEq(token.balanceOf(address(safe)), 1e18);
        assertEq(address(safe).balance, 1000 ether);
    }

    function test_RevertWhen_OneOwnerSigns() external {
        bytes memory call = abi.encodeCall(IMarket.take, (usdOffer, order(2, 1), DEPOSIT));
        bytes memory one = signature(ownerKeys[0], _hash(0, call));
        vm.expectRevert("GS020");
        _exec(0, call, one);
    }

    function test_IsBound() external {
        _exec(0, abi.encodeCall(IApprovals.bind, (approvers, 2, limits())));
        bytes memory take = bigTake(1);
        bytes memory signatures = _owners(_hash(0, take));
        expectConsentRequired(address(safe), Bound.Amount, MUCH, AMOUNT_LIMIT);
        _exec(0, take, signatures);
        bytes32 action = market.actionOf(address(safe), take, 0, 0, EXPIRY);
        _exec(0, abi.encodeCall(IConsents.approved, (address(safe), take, consentsTo(action, 0))));
        assertEq(exposedOf(address(safe), usd), MUCH);
    }

    // As an approver

    /// The tenant's approvers are a key and the Safe, which both have to consent.
    function _approves() private {
        address[] memory list = new address[](2);
        (list[0], list[1]) = (approvers[0], address(safe));
        uint256 key = keys[0];
        if (list[0] > list[1]) (list[0], list[1]) = (list[1], list[0]);
        act(abi.encodeCall(IApprovals.bind, (list, 2, limits())), 0, 1000);
        approvers = list;
        keys = new uint256[](2);
        keys[list[0] == address(safe) ? 1 : 0] = key;
    }

    /// A consent of the key, and what the Safe's owners say, as its own signature.
    function _consents(bytes32 action, bytes memory word) private view returns (Consents memory) {
        bytes[] memory signatures = new bytes[](2);
        for (uint256 i = 0; i < 2; ++i) {
            bool isSafe = approvers[i] == address(safe);
            signatures[i] = isSafe ? abi.encodePacked(address(safe), word) : signature(keys[i], action);
        }
        return consentsBy(signatures);
    }

    /// What the owners of a Safe sign for it.
    function _message(Safe safe_, bytes32 action) private view returns (bytes32) {
        return handler.getMessageHashForSafe(safe_, abi.encode(action));
    }

    function test_ConsentsBySignature() external {
        _approves();
        bytes memory call = bigTake(1);
        bytes32 action = market.actionOf(tenant, call, 0, 0, EXPIRY);
        Consents memory c = _consents(action, _owners(_message(safe, action)));
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_RevertWhen_ItsOwnersDoNotSignForIt() external {
        _approves();
        bytes memory call = bigTake(1);
        bytes32 action = market.actionOf(tenant, call, 0, 0, EXPIRY);
        bytes memory why = abi.encodePacked(Errors.BadSignature.selector);
        bytes32 message = _message(safe, action);
        refused(call, _consents(action, signature(ownerKeys[0], message)), why);
        refused(call, _consents(action, _owners(action)), why);
        // for another Safe of theirs neither
        refused(call, _consents(action, _owners(_message(_safe(2), action))), why);
    }

    function test_ConsentsByTransaction() external {
        _approves();
        bytes memory call = bigTake(1);
        bytes32 action = market.actionOf(tenant, call, 0, 0, EXPIRY);
        refused(call, _consents(action, ""), abi.encodePacked(Errors.BadSignature.selector));
        _exec(0, abi.encodeCall(IApprovals.consent, (tenant, action, approvers)));
        Consents memory c = _consents(action, "");
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_RevertWhen_ItHasSignedForAnotherAccount() external {
        _approves();
        bind(stranger, approvers, 2);
        bytes memory call = bigTake(1);
        bytes32 action = market.actionOf(tenant, call, 0, 0, EXPIRY);
        bytes memory word = _owners(_message(safe, action));
        Consents memory c = _consents(market.actionOf(stranger, call, 0, 0, EXPIRY), word);
        vm.expectRevert(Errors.BadSignature.selector);
        vm.prank(stranger);
        market.approved(stranger, call, c);
    }
}
