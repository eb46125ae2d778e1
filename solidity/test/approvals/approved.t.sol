// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IConsents} from "../../src/interfaces/IConsents.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Consents, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {ERC1271} from "../signers/ERC1271.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

contract ApprovedTest is ApprovalsTest {
    bytes private call;
    bytes32 private action;
    Consents private good;

    function setUp() public override {
        super.setUp();
        call = bigTake(1);
        action = market.actionOf(tenant, call, 0, 0, EXPIRY);
        good = consentsTo(action, 0);
    }

    function test_RevertWhen_TheCallerIsAnother() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, stranger));
        vm.prank(stranger);
        market.approved(tenant, call, good);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, approvers[0]));
        vm.prank(approvers[0]);
        market.approved(tenant, call, good);
    }

    function test_RevertWhen_Expired() external {
        vm.warp(EXPIRY + 1);
        refused(call, good, abi.encodeWithSelector(Errors.ConsentExpired.selector, EXPIRY));
        vm.warp(EXPIRY);
        vm.prank(tenant);
        market.approved(tenant, call, good);
    }

    function test_RevertWhen_TheAccountIsFree() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotBound.selector, stranger));
        vm.prank(stranger);
        market.approved(stranger, call, good);
        unbind(9);
        refused(call, good, abi.encodeWithSelector(Errors.NotBound.selector, tenant));
    }

    function test_RevertWhen_TheListIsForged() external {
        bytes memory why = abi.encodePacked(Errors.BadApprovers.selector);
        (address[] memory others, uint256[] memory theirs) = someApprovers("other", 3);
        Consents memory c = good;
        c.approvers = others;
        (c.signatures[0], c.signatures[1]) = (signature(theirs[0], action), signature(theirs[1], action));
        refused(call, c, why);
        c = good;
        c.approvers = new address[](0);
        refused(call, c, why);
        c.approvers = new address[](2);
        (c.approvers[0], c.approvers[1]) = (approvers[0], approvers[1]);
        refused(call, c, why);
        c.approvers = new address[](4);
        (c.approvers[0], c.approvers[1], c.approvers[2], c.approvers[3]) =
        (approvers[0], approvers[1], approvers[2], others[0]);
        refused(call, c, why);
    }

    function test_RevertWhen_ConsentsAreMissing() external {
        Consents memory c = good;
        bytes[] memory one = new bytes[](1);
        one[0] = c.signatures[0];
        c.signatures = one;
        refused(call, c, abi.encodeWithSelector(Errors.ConsentsMissing.selector, 1, 2));
        c.signatures = new bytes[](0);
        refused(call, c, abi.encodeWithSelector(Errors.ConsentsMissing.selector, 0, 2));
    }

    function test_RevertWhen_TheNonceWasUsed() external {
        vm.prank(tenant);
        market.approved(tenant, call, good);
        bytes memory why = abi.encodeWithSelector(Errors.NonceUsed.selector, tenant, 0);
        refused(call, good, why);
        // for another action neither
        bytes memory other = bigTake(2);
        refused(other, consentsTo(other, 0, 0), why);
    }

    function test_RevertWhen_ASignatureIsOfNobodyOnTheList() external {
        (, uint256[] memory theirs) = someApprovers("other", 1);
        Consents memory c = good;
        c.signatures[1] = signature(theirs[0], action);
        refused(call, c, abi.encodeWithSelector(Errors.NotApprover.selector, vm.addr(theirs[0])));
        // the account's own signature is not a consent
        c.signatures[1] = signature(tenantKey, action);
        refused(call, c, abi.encodeWithSelector(Errors.NotApprover.selector, tenant));
        // a contract that accepts any signature is not an approver
        c.signatures[1] = abi.encodePacked(address(this), "signature");
        refused(call, c, abi.encodeWithSelector(Errors.NotApprover.selector, address(this)));
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }

    function test_RevertWhen_SignaturesAreOutOfOrder() external {
        Consents memory c = good;
        (c.signatures[0], c.signatures[1]) = (c.signatures[1], c.signatures[0]);
        refused(call, c, abi.encodeWithSelector(Errors.ConsentUnordered.selector, approvers[0]));
    }

    function test_RevertWhen_AnApproverSignsTwice() external {
        Consents memory c = good;
        c.signatures[1] = c.signatures[0];
        refused(call, c, abi.encodeWithSelector(Errors.ConsentUnordered.selector, approvers[0]));
        // neither by signature and by transaction
        vm.prank(approvers[0]);
        market.consent(tenant, action, approvers);
        c.signatures[1] = abi.encodePacked(approvers[0]);
        refused(call, c, abi.encodeWithSelector(Errors.ConsentUnordered.selector, approvers[0]));
    }

    function testFuzz_RevertWhen_ASignatureIsNone(uint256 length) external {
        Consents memory c = good;
        c.signatures[1] = new bytes(bound(length, 0, 19));
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
        c.signatures[1] = new bytes(65);
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
    }

    function test_RevertWhen_ASignatureIsMalleable() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[1], action);
        Consents memory c = good;
        c.signatures[1] = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
    }

    function test_RevertWhen_AnApproverHasNotConsentedByTransaction() external {
        Consents memory c = good;
        c.signatures[1] = abi.encodePacked(approvers[1]);
        refused(call, c, abi.encodePacked(Errors.BadSignature.selector));
    }

    // Contracts as approvers

    /// The third approver is a contract now; the first two are keys.
    function _withContract() private returns (ERC1271 signer, uint256 place) {
        uint256 key;
        (, key) = makeAddrAndKey("owner");
        signer = new ERC1271(vm.addr(key));
        address[] memory list = approvers;
        uint256[] memory theirs = keys;
        (list[2], theirs[2]) = (address(signer), key);
        for (place = 2; place > 0 && list[place - 1] > address(signer); --place) {
            (list[place], list[place - 1]) = (list[place - 1], list[place]);
            (theirs[place], theirs[place - 1]) = (theirs[place - 1], theirs[place]);
        }
        act(abi.encodeCall(IApprovals.bind, (list, 3, limits())), 0, 77);
        (approvers, keys) = (list, theirs);
    }

    function _all(uint256 place, bytes memory word) private view returns (Consents memory) {
        bytes32 now_ = market.actionOf(tenant, call, 0, 0, EXPIRY);
        bytes[] memory signatures = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            signatures[i] = signature(keys[i], now_);
        }
        signatures[place] = abi.encodePacked(approvers[place], word.length == 0 ? signatures[place] : word);
        return consentsBy(signatures);
    }

    function test_AContractSigns() external {
        (, uint256 place) = _withContract();
        Consents memory c = _all(place, "");
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_RevertWhen_AContractDoesNotAccept() external {
        (ERC1271 signer, uint256 place) = _withContract();
        bytes memory why = abi.encodePacked(Errors.BadSignature.selector);
        refused(call, _all(place, signature(keys[place], "another hash")), why);
        refused(call, _all(place, "not a signature"), why);
        signer.setMode(ERC1271.Mode.SaysTrue);
        refused(call, _all(place, ""), why);
        signer.setMode(ERC1271.Mode.Reverts);
        refused(call, _all(place, ""), why);
        // the key of the contract's owner is not the contract
        Consents memory c = _all(place, "");
        c.signatures[place] = signature(keys[place], action);
        vm.expectPartialRevert(Errors.NotApprover.selector);
        vm.prank(tenant);
        market.approved(tenant, call, c);
        vm.etch(address(signer), "");
        refused(call, _all(place, ""), why);
    }

    // The call

    function test_RevertWhen_TheCallReverts() external {
        bytes memory bad = abi.encodeCall(IMarket.take, (usdOffer, order(11, 1), MUCH));
        Consents memory c = consentsTo(bad, 0, 0);
        refused(bad, c, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 11, 1, 10));
        assertFalse(market.nonceUsed(tenant, 0));
    }

    function test_RevertWhen_TheCallIsNoneOfTheMarkets() external {
        bytes memory none = abi.encodePacked(bytes4(0x12345678));
        Consents memory c = consentsTo(none, 0, 0);
        vm.expectRevert();
        vm.prank(tenant);
        market.approved(tenant, none, c);
        c = consentsTo("", 0, 1);
        vm.expectRevert();
        vm.prank(tenant);
        market.approved(tenant, "", c);
    }

    function test_TakesAnAction() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        vm.expectEmit(address(market));
        emit IConsents.ActionTaken(action, tenant, 0);
        vm.prank(tenant);
        bytes memory result = market.approved(tenant, call, good);
        LeaseId id = market.idOf(terms);
        assertEq(abi.decode(result, (bytes32)), LeaseId.unwrap(id));
        assertEq(balanceOf(id, usd), MUCH);
        assertTrue(market.accountOf(id, usd).bound);
        assertEq(exposedOf(tenant, usd), MUCH);
        assertTrue(market.nonceUsed(tenant, 0));
        assertFalse(market.nonceUsed(tenant, 1));
        assertFalse(market.nonceUsed(stranger, 0));
    }

    function test_TakesAnActionWithValue() external {
        bytes memory native = abi.encodeCall(IMarket.take, (ethOffer, order(2, 1), MUCH));
        act(native, MUCH, 5);
        assertEq(address(market).balance, MIN_BOND + MUCH);
        assertEq(exposedOf(tenant, ETH), MUCH);
        // a call that takes no money refuses it
        Terms memory terms = termsOf(tenant, ETH, order(2, 1));
        bytes memory scale = abi.encodeCall(IMarket.scale, (terms, 3));
        Consents memory c = consentsTo(scale, 1, 6);
        vm.expectRevert();
        vm.prank(tenant);
        market.approved{value: 1}(tenant, scale, c);
        assertEq(address(market).balance, MIN_BOND + MUCH);
    }

    function testFuzz_AnyNonceInAnyOrder(uint256 a, uint256 b, uint256 c) external {
        vm.assume(a != b && b != c && a != c);
        act(bigTake(1), 0, a);
        assertFalse(market.nonceUsed(tenant, b));
        act(bigTake(2), 0, b);
        assertFalse(market.nonceUsed(tenant, c));
        act(bigTake(3), 0, c);
        assertTrue(market.nonceUsed(tenant, a) && market.nonceUsed(tenant, b) && market.nonceUsed(tenant, c));
        assertEq(exposedOf(tenant, usd), 3 * MUCH);
    }

    /// Any threshold of any number, by any of them in their order: exactly those that are enough are enough.
    function testFuzz_MOfN(uint256 count, uint256 threshold, uint256 signers) external {
        count = bound(count, 1, 8);
        threshold = bound(threshold, 1, count);
        (address[] memory list, uint256[] memory theirs) = someApprovers("one of several", count);
        act(abi.encodeCall(IApprovals.bind, (list, threshold, limits())), 0, 1);
        approvers = list;
        bytes32 now_ = market.actionOf(tenant, call, 0, 0, EXPIRY);
        bytes[] memory all = new bytes[](count);
        uint256 given = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (signers >> i & 1 == 1) all[given++] = signature(theirs[i], now_);
        }
        bytes[] memory signatures = new bytes[](given);
        for (uint256 i = 0; i < given; ++i) {
            signatures[i] = all[i];
        }
        Consents memory c = consentsBy(signatures);
        if (given < threshold) {
            refused(call, c, abi.encodeWithSelector(Errors.ConsentsMissing.selector, given, threshold));
            return;
        }
        vm.prank(tenant);
        market.approved(tenant, call, c);
        assertEq(exposedOf(tenant, usd), MUCH);
    }

    function test_WithinTheLimitsConsentsDoNoHarm() external {
        act(abi.encodeCall(IMarket.take, (usdOffer, order(2, 1), DEPOSIT)), 0, 0);
        assertEq(exposedOf(tenant, usd), DEPOSIT);
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        act(abi.encodeCall(IEscrow.withdraw, (terms, 1)), 0, 1);
        assertEq(exposedOf(tenant, usd), DEPOSIT - 1);
    }
}
