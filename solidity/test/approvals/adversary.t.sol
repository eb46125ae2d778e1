// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {IConsents} from "../../src/interfaces/IConsents.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Bound, Consents, Limit, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {Tidemark} from "../MarketTest.sol";
import {Wallet} from "../payees/Wallet.sol";
import {ERC1271} from "../signers/ERC1271.sol";
import {NastyToken} from "../tokens/NastyToken.sol";
import {ApprovalsTest} from "./ApprovalsTest.sol";

/// A token without permits that calls another contract when a permit is submitted.
contract CallingPermit {
    address private immutable TARGET;
    bytes private call;
    bool public calledBack;
    bytes public answer;

    constructor(address target, bytes memory call_) {
        (TARGET, call) = (target, call_);
    }

    fallback() external {
        (calledBack, answer) = TARGET.call(call);
    }
}

/// An attacker with some consents that tries to gain more than they allow.
contract AdversaryTest is ApprovalsTest {
    bytes private call;
    Consents private good;

    function setUp() public override {
        super.setUp();
        call = bigTake(1);
        good = consentsTo(call, 0, 0);
    }

    function _unknown(bytes memory call_, uint256 value, Consents memory c) private {
        vm.expectPartialRevert(Errors.NotApprover.selector);
        vm.prank(tenant);
        market.approved{value: value}(tenant, call_, c);
    }

    // Replays

    function test_NotTwice() external {
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        vm.startPrank(tenant);
        market.approved(tenant, call, good);
        bytes memory topUp = abi.encodeCall(IEscrow.topUp, (usd, market.idOf(terms), MUCH));
        Consents memory c = consentsTo(topUp, 0, 1);
        market.approved(tenant, topUp, c);
        vm.expectRevert(abi.encodeWithSelector(Errors.NonceUsed.selector, tenant, 1));
        market.approved(tenant, topUp, c);
    }

    function test_NotOnAnotherChain() external {
        vm.chainId(block.chainid + 1);
        _unknown(call, 0, good);
    }

    function test_NotOnAnotherMarket() external {
        Tidemark other = deploy(localParameters());
        Limit[] memory all = limits();
        vm.startPrank(tenant);
        other.bind(approvers, 2, all);
        vm.expectPartialRevert(Errors.NotApprover.selector);
        other.approved(tenant, call, good);
    }

    function test_NotForAnotherAccount() external {
        bind(stranger, approvers, 2);
        vm.expectPartialRevert(Errors.NotApprover.selector);
        vm.prank(stranger);
        market.approved(stranger, call, good);
    }

    /// A contract's signature for one account is not valid for another, even with an equal policy.
    function test_NotForAnotherAccountOfAContract() external {
        (address owner, uint256 key) = makeAddrAndKey("owner");
        address[] memory one = new address[](1);
        one[0] = address(new ERC1271(owner));
        bind(stranger, one, 1);
        (address victim,) = makeAddrAndKey("victim");
        bind(victim, one, 1);
        bytes memory harmless = abi.encodeCall(IApprovals.bind, (new address[](0), 0, new Limit[](0)));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = abi.encodePacked(one[0], signature(key, market.actionOf(stranger, harmless, 0, 0, EXPIRY)));
        approvers = one;
        Consents memory c = consentsBy(signatures);
        vm.expectRevert(Errors.BadSignature.selector);
        vm.prank(victim);
        market.approved(victim, harmless, c);
        vm.prank(stranger);
        market.approved(stranger, harmless, c);
    }

    function testFuzz_NotWithAnotherByte(uint256 place, uint8 bits) external {
        vm.assume(bits != 0);
        bytes memory other = call;
        place = bound(place, 0, other.length - 1);
        other[place] ^= bytes1(bits);
        _unknown(other, 0, good);
    }

    function testFuzz_NotWithMoreOrLessOfIt(uint256 length) external {
        length = bound(length, 0, call.length + 64);
        vm.assume(length != call.length);
        bytes memory other = new bytes(length);
        for (uint256 i = 0; i < length && i < call.length; ++i) {
            other[i] = call[i];
        }
        _unknown(other, 0, good);
    }

    function testFuzz_NotWithAnotherValue(uint64 value) external {
        vm.assume(value != 0);
        _unknown(call, value, good);
    }

    function testFuzz_NotWithAnotherNonceOrExpiry(uint256 nonce, uint256 expiry) external {
        vm.assume(nonce != 0 && expiry != EXPIRY);
        Consents memory c = good;
        c.nonce = nonce;
        _unknown(call, 0, c);
        c = good;
        c.expiry = bound(expiry, START, type(uint256).max);
        vm.assume(c.expiry != EXPIRY);
        _unknown(call, 0, c);
    }

    // Policies that change

    function test_NotByARemovedApprover() external {
        (address[] memory list,) = (approvers, keys);
        address[] memory rest = new address[](2);
        (rest[0], rest[1]) = (list[1], list[2]);
        act(abi.encodeCall(IApprovals.bind, (rest, 1, limits())), 0, 1);
        approvers = rest;
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = signature(keys[0], market.actionOf(tenant, call, 0, 0, EXPIRY));
        refused(call, consentsBy(signatures), abi.encodeWithSelector(Errors.NotApprover.selector, list[0]));
    }

    function test_NotPendingWhenThePolicyChanges() external {
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, limits())), 0, 1);
        _unknown(call, 0, good);
        // nor when the old policy comes back
        unbind(2);
        bind(tenant, approvers, 2);
        _unknown(call, 0, good);
        (, uint256 version) = market.bindingOf(tenant);
        assertEq(version, 4);
    }

    // The arbiters' account

    /// Consents of the arbiters' account to any call, which anyone may submit.
    function _ofArbiters(bytes memory call_, uint256 nonce) private view returns (Consents memory) {
        return consentsTo(market.actionOf(arbiters, call_, 0, nonce, EXPIRY), nonce);
    }

    function test_TheArbitersConsentsLiftNobodysLimits() external {
        bind(arbiters, approvers, 2);
        Consents memory c = _ofArbiters(call, 0);
        expectConsentRequired(tenant, Bound.Amount, MUCH, AMOUNT_LIMIT);
        vm.prank(tenant);
        market.approved(arbiters, call, c);
        bytes memory free = abi.encodeCall(IApprovals.bind, (new address[](0), 0, new Limit[](0)));
        c = _ofArbiters(free, 0);
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        vm.prank(tenant);
        market.approved(arbiters, free, c);
    }

    function test_TheArbitersConsentsLetNobodyActAsThem() external {
        bind(arbiters, approvers, 2);
        vm.deal(arbiters, MUCH);
        bytes memory native = abi.encodeCall(IMarket.take, (ethOffer, order(2, 1), MUCH));
        Consents memory c = consentsTo(market.actionOf(arbiters, native, MUCH, 0, EXPIRY), 0);
        vm.prank(arbiters);
        market.approved{value: MUCH}(arbiters, native, c);
        Terms memory terms = termsOf(arbiters, ETH, order(2, 1));
        bytes memory withdraw = abi.encodeCall(IEscrow.withdraw, (terms, 1000));
        c = _ofArbiters(withdraw, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, stranger));
        vm.prank(stranger);
        market.approved(arbiters, withdraw, c);
        // and who carries their consent to be free binds or frees itself
        bytes memory free = abi.encodeCall(IApprovals.bind, (new address[](0), 0, new Limit[](0)));
        c = _ofArbiters(free, 1);
        vm.prank(stranger);
        market.approved(arbiters, free, c);
        (uint256 threshold, uint256 version) = market.bindingOf(arbiters);
        assertEq(threshold, 2);
        assertEq(version, 1);
    }

    function test_AnothersConsentsAreNotTheArbiters() external {
        bind(arbiters, approvers, 2);
        bytes memory stop = abi.encodeCall(IRegistry.setIntake, (false));
        Consents memory c = consentsTo(stop, 0, 0);
        refused(stop, c, abi.encodeWithSelector(Errors.NotArbiters.selector, tenant));
    }

    // Grants

    /// The first scaling goes down and needs no consent; the second is of the same bytes and does.
    function test_AnUnusedGrantDoesNotLinger() external {
        Limit[] memory all = limits();
        all[1].rate = uint104(2 * RATE * 1e12);
        takeAs(tenant, usd, 1, DEPOSIT);
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        act(abi.encodeCall(IMarket.scale, (terms, 4)), 0, 0);
        act(abi.encodeCall(IApprovals.bind, (approvers, 2, all)), 0, 1);
        act(abi.encodeCall(IMarket.scale, (terms, 3)), 0, 2);
        vm.prank(tenant);
        market.scale(terms, 1);
        expectConsentRequired(tenant, Bound.Rate, 3 * RATE * 1e12, 2 * RATE * 1e12);
        vm.prank(tenant);
        market.scale(terms, 3);
    }

    function test_AUsedGrantDoesNotLinger() external {
        act(call, 0, 0);
        expectConsentRequired(tenant, Bound.Amount, MUCH, AMOUNT_LIMIT);
        takeAs(tenant, usd, 2, MUCH);
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        bind(tenant, approvers, 1);
    }

    function test_AGrantIsNotForACallInsideTheCall() external {
        bytes memory permit = abi.encodeCall(IApprovals.withPermit, (usd, 0, 0, 0, 0, 0, call));
        Consents memory c = consentsTo(permit, 0, 0);
        expectConsentRequired(tenant, Bound.Amount, MUCH, AMOUNT_LIMIT);
        vm.prank(tenant);
        market.approved(tenant, permit, c);
    }

    function test_ConsentsInsideOfConsents() external {
        bytes memory inner = abi.encodeCall(IConsents.approved, (tenant, call, good));
        act(inner, 0, 1);
        assertTrue(market.nonceUsed(tenant, 0) && market.nonceUsed(tenant, 1));
        assertEq(exposedOf(tenant, usd), MUCH);
        // neither is left
        expectConsentRequired(tenant, Bound.Binding, 1, 0);
        bind(tenant, approvers, 1);
        // the inner ones are needed
        bytes memory again = abi.encodeCall(IConsents.approved, (tenant, call, good));
        refused(again, consentsTo(again, 0, 2), abi.encodeWithSelector(Errors.NonceUsed.selector, tenant, 0));
    }

    /// Inside of the arbiters' consents a bound account needs its own, and with them takes its own action.
    function test_ConsentsOfTwoAccounts() external {
        bind(arbiters, approvers, 2);
        bytes memory inner = abi.encodeCall(IConsents.approved, (tenant, call, good));
        Consents memory c = _ofArbiters(inner, 0);
        vm.prank(tenant);
        market.approved(arbiters, inner, c);
        assertEq(exposedOf(tenant, usd), MUCH);
        // the other way round, the tenant carries the arbiters' consents
        bytes memory stop = abi.encodeCall(IRegistry.setIntake, (false));
        inner = abi.encodeCall(IConsents.approved, (arbiters, stop, _ofArbiters(stop, 1)));
        act(inner, 0, 1);
        assertFalse(market.intakeOpen());
        vm.expectRevert(abi.encodeWithSelector(Errors.NotArbiters.selector, tenant));
        vm.prank(tenant);
        market.setIntake(true);
    }

    // Calls while a grant is pending

    bytes private freedom = abi.encodeCall(IApprovals.bind, (new address[](0), 0, new Limit[](0)));

    /// A bound account that is a contract, whose owner tries to free it.
    function _wallet() private returns (Wallet wallet) {
        wallet = new Wallet();
        vm.deal(address(wallet), 1 ether);
        Limit[] memory all = limits();
        wallet.act(address(market), abi.encodeCall(IApprovals.bind, (approvers, 2, all)));
    }

    function _acts(Wallet wallet, bytes memory call_, uint256 value, uint256 nonce) private {
        bytes32 action = market.actionOf(address(wallet), call_, value, nonce, EXPIRY);
        Consents memory c = consentsTo(action, nonce);
        bytes memory outer = abi.encodeCall(IConsents.approved, (address(wallet), call_, c));
        wallet.act{value: value}(address(market), outer);
    }

    function _isRefused(Wallet wallet, bool calledBack, bytes memory answer) private view {
        assertFalse(calledBack, "called back");
        bytes memory why = abi.encodeWithSelector(Errors.ConsentRequired.selector, address(wallet), Bound.Binding, 1, 0);
        assertEq(answer, why);
        (uint256 threshold,) = market.bindingOf(address(wallet));
        assertEq(threshold, 2);
    }

    /// The token runs while the deposit is measured, before the limits are looked at.
    function test_ATokenCannotUseAGrant() external {
        Wallet wallet = _wallet();
        NastyToken nasty = new NastyToken(6);
        nasty.mint(address(wallet), MUCH);
        wallet.act(address(nasty), abi.encodeCall(nasty.approve, (address(market), MUCH)));
        vm.prank(provider);
        OfferId offer = market.listOffer(Currency.wrap(address(nasty)), prices());
        nasty.callBack(address(this), abi.encodeCall(this.throughWallet, (wallet)));
        _acts(wallet, abi.encodeCall(IMarket.take, (offer, order(2, 1), MUCH)), 0, 0);
        assertTrue(nasty.calledBack());
        _isRefused(wallet, calledThrough, answerThrough);
        assertEq(exposedOf(address(wallet), Currency.wrap(address(nasty))), MUCH);
    }

    bool private calledThrough;
    bytes private answerThrough;

    function throughWallet(Wallet wallet) external {
        (calledThrough, answerThrough) = address(wallet).call(abi.encodeCall(Wallet.act, (address(market), freedom)));
    }

    function test_APayeeCannotUseAGrant() external {
        Wallet wallet = _wallet();
        vm.prank(address(wallet));
        market.take{value: DEPOSIT}(ethOffer, order(2, 1), DEPOSIT);
        Terms memory terms = termsOf(address(wallet), ETH, order(2, 1));
        wallet.callBack(address(market), freedom);
        _acts(wallet, abi.encodeCall(IEscrow.withdraw, (terms, 1000)), 0, 0);
        _isRefused(wallet, wallet.calledBack(), wallet.answer());
        // closing asks for no grant, so this one is pending while the wallet is paid
        wallet.callBack(address(market), freedom);
        _acts(wallet, abi.encodeCall(IMarket.close, (terms)), 0, 1);
        _isRefused(wallet, wallet.calledBack(), wallet.answer());
        assertEq(exposedOf(address(wallet), ETH), 0);
    }

    function test_APermitCannotUseAGrant() external {
        Wallet wallet = _wallet();
        bytes memory act_ = abi.encodeCall(this.throughWallet, (wallet));
        Currency evil = Currency.wrap(address(new CallingPermit(address(this), act_)));
        vm.prank(address(wallet));
        LeaseId id = market.take{value: DEPOSIT}(ethOffer, order(2, 1), DEPOSIT);
        Terms memory terms = termsOf(address(wallet), ETH, order(2, 1));
        bytes memory permit =
            abi.encodeCall(IApprovals.withPermit, (evil, 0, 0, 0, 0, 0, abi.encodeCall(IMarket.close, (terms))));
        _acts(wallet, permit, 0, 0);
        _isRefused(wallet, calledThrough, answerThrough);
        assertEq(balanceOf(id, ETH), 0);
    }
}
