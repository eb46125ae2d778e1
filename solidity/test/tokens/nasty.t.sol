// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Claim, Order, Statement, Status, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {NastyToken} from "./NastyToken.sol";
import {SilentToken} from "./SilentToken.sol";

/// Misbehaving tokens: each harms only the accounts that chose it.
contract NastyTokensTest is MarketTest {
    NastyToken private nasty;
    Currency private currency;
    OfferId private offer;

    function setUp() public override {
        super.setUp();
        nasty = new NastyToken(18);
        currency = Currency.wrap(address(nasty));
        offer = _list(currency);
        _fund(tenant);
        _fund(stranger);
        // another account's money in the same token and in another one
        _open(stranger, 900);
        open(stranger, usd, order(2, 901), DEPOSIT);
    }

    function _list(Currency c) private returns (OfferId) {
        vm.prank(provider);
        return market.listOffer(c, prices());
    }

    function _fund(address who) private {
        nasty.mint(who, 1e18);
        vm.prank(who);
        nasty.approve(address(market), type(uint256).max);
    }

    function _open(address who, uint64 salt) private returns (Terms memory terms, LeaseId id) {
        terms = termsOf(who, currency, order(2, salt));
        Order memory o = order(2, salt);
        vm.prank(who);
        id = market.take(offer, o, DEPOSIT);
    }

    /// What the vault holds of the token beyond what it owes to these leases and to the provider.
    function _surplus(LeaseId a, LeaseId b) private view returns (int256) {
        uint256 owed = balanceOf(a, currency) + balanceOf(b, currency) + market.earnings(provider, currency);
        return int256(nasty.balanceOf(address(market))) - int256(owed);
    }

    function _others() private view returns (LeaseId) {
        return market.idOf(termsOf(stranger, currency, order(2, 900)));
    }

    function _life(Terms memory terms, LeaseId id, uint256 deposit) private {
        skip(10);
        proveAndSettle(terms, 20);
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM);
        if (balanceOf(id, terms.currency) > 0) market.refund(terms);
        vm.prank(provider);
        market.withdrawEarnings(terms.currency, provider, type(uint256).max);
        assertEq(held(terms.currency, provider), 20 * RATE);
        assertEq(balanceOf(id, terms.currency), 0);
        assertEq(held(terms.currency, tenant), 1e18 - deposit + (deposit - 20 * RATE));
    }

    function test_AFeeIsTheSendersLoss() external {
        nasty.setMode(NastyToken.Mode.TakesAFee);
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        assertEq(balanceOf(id, currency), DEPOSIT - DEPOSIT / 10);
        assertEq(_surplus(id, _others()), 0);
        vm.prank(tenant);
        market.topUp(currency, id, 1000);
        assertEq(balanceOf(id, currency), DEPOSIT - DEPOSIT / 10 + 900);
        skip(10);
        proveAndSettle(terms, 20);
        vm.prank(provider);
        market.withdrawEarnings(currency, provider, 100);
        assertEq(nasty.balanceOf(provider), 90);
        vm.prank(tenant);
        market.close(terms);
        assertEq(_surplus(id, _others()), 0);
        assertEq(balanceOf(_others(), currency), DEPOSIT);
    }

    function test_RevertWhen_TheFeeLeavesTooLittle() external {
        nasty.setMode(NastyToken.Mode.TakesAFee);
        uint256 notice = 2 * RATE * NOTICE;
        Order memory o = order(2, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.InsufficientFunds.selector, notice - notice / 10, notice));
        vm.prank(tenant);
        market.take(offer, o, notice);
    }

    function test_RevertWhen_ItReturnsFalse() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        nasty.setMode(NastyToken.Mode.ReturnsFalse);
        bytes memory why = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(nasty));
        Order memory o = order(2, 2);
        vm.startPrank(tenant);
        vm.expectRevert(why);
        market.take(offer, o, DEPOSIT);
        vm.expectRevert(why);
        market.topUp(currency, id, 1);
        vm.expectRevert(why);
        market.withdraw(terms, 1);
        market.close(terms);
        vm.expectRevert(why);
        market.refund(terms);
        assertEq(balanceOf(id, currency), DEPOSIT);
        assertEq(_surplus(id, _others()), 0);
        nasty.setMode(NastyToken.Mode.Plain);
        market.refund(terms);
        assertEq(balanceOf(id, currency), 0);
        assertEq(_surplus(id, _others()), 0);
    }

    function test_ReturningNothingIsFine() external {
        SilentToken silent = new SilentToken();
        currency = Currency.wrap(address(silent));
        offer = _list(currency);
        silent.mint(tenant, 1e18);
        vm.prank(tenant);
        silent.approve(address(market), type(uint256).max);
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        assertEq(balanceOf(id, currency), DEPOSIT);
        _life(terms, id, DEPOSIT);
    }

    function test_RevertWhen_ThereIsNoToken() external {
        currency = Currency.wrap(address(0xdead));
        offer = _list(currency);
        Order memory o = order(2, 1);
        vm.expectRevert();
        vm.prank(tenant);
        market.take(offer, o, DEPOSIT);
    }

    function test_NoDecimals() external {
        _withDecimals(0);
    }

    function test_ThirtyDecimals() external {
        _withDecimals(30);
    }

    function _withDecimals(uint8 decimals) private {
        nasty = new NastyToken(decimals);
        currency = Currency.wrap(address(nasty));
        offer = _list(currency);
        _fund(tenant);
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        _life(terms, id, DEPOSIT);
    }

    /// A token that stops working stops nothing in other currencies, and nothing that moves no token.
    function test_ATokenThatRevertsStopsOnlyItself() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        (Terms memory other,) = open(tenant, usd, order(2, 1), DEPOSIT);
        nasty.setMode(NastyToken.Mode.Reverts);
        skip(10);
        vm.prank(tenant);
        market.scale(terms, 1);
        proveAndSettle(terms, 20);
        assertEq(market.earnings(provider, currency), 20 * RATE);
        assertEq(balanceOf(id, currency), DEPOSIT - 20 * RATE);
        proveAndSettle(other, 20);
        vm.prank(tenant);
        market.close(other);
        vm.startPrank(provider);
        market.withdrawEarnings(usd, provider, 20 * RATE);
        vm.stopPrank();
        vm.prank(tenant);
        market.close(terms);
        vm.expectRevert("nasty");
        market.refund(terms);
        assertEq(balanceOf(id, currency), DEPOSIT - 20 * RATE);
    }

    function test_ABlacklistedTenantClosesAllTheSame() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        nasty.blacklist(tenant);
        skip(10);
        vm.prank(tenant);
        market.close(terms);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Closed));
        assertEq(balanceOf(id, currency), DEPOSIT);
        // nothing accrues any more, and the provider is paid for what it proves
        skip(100);
        proveAndSettle(terms, 20);
        assertEq(market.earnings(provider, currency), 20 * RATE);
        nasty.setMode(NastyToken.Mode.Plain);
        market.refund(terms);
        assertEq(nasty.balanceOf(tenant), 1e18 - 20 * RATE);
        assertEq(balanceOf(id, currency), 0);
        assertEq(_surplus(id, _others()), 0);
    }

    function test_ABlacklistedTenantBlocksNobodyElse() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        nasty.blacklist(tenant);
        skip(10);
        proveAndSettle(terms, 20);
        vm.startPrank(provider);
        market.withdrawEarnings(currency, provider, 20 * RATE);
        market.giveNotice(terms);
        skip(NOTICE);
        market.close(terms);
        vm.stopPrank();
        vm.expectRevert("blacklisted");
        market.refund(terms);
        Terms memory theirs = termsOf(stranger, currency, order(2, 900));
        vm.prank(stranger);
        market.close(theirs);
        // the money waits for the tenant
        nasty.setMode(NastyToken.Mode.Plain);
        skip(CLAIM);
        market.refund(terms);
        assertEq(nasty.balanceOf(tenant), 1e18 - 20 * RATE);
        assertEq(balanceOf(id, currency), 0);
    }

    function test_ABlacklistedProviderIsPaidElsewhere() external {
        (Terms memory terms,) = _open(tenant, 1);
        nasty.blacklist(provider);
        skip(10);
        proveAndSettle(terms, 20);
        vm.startPrank(provider);
        vm.expectRevert("blacklisted");
        market.withdrawEarnings(currency, provider, 1);
        address other = makeAddr("other");
        market.withdrawEarnings(currency, other, 20 * RATE);
        assertEq(nasty.balanceOf(other), 20 * RATE);
    }

    // Calling back

    /// The token as a tenant of its own, with a lease that could pay out.
    function _tokenAsTenant() private returns (Terms memory terms, LeaseId id) {
        nasty.mint(address(nasty), 1e18);
        nasty.act(address(nasty), abi.encodeCall(nasty.approve, (address(market), type(uint256).max)));
        Order memory o = order(2, 77);
        terms = termsOf(address(nasty), currency, o);
        id = market.idOf(terms);
        nasty.act(address(market), abi.encodeCall(IMarket.take, (offer, o, DEPOSIT)));
    }

    /// While money comes in, nothing can be taken in or let out, or it would be counted twice.
    function test_WhileMoneyComesInNoneMoves() external {
        (Terms memory own, LeaseId ownId) = _tokenAsTenant();
        (, LeaseId id) = _open(tenant, 1);
        Order memory o = order(2, 78);
        bytes[] memory calls = new bytes[](6);
        calls[0] = abi.encodeCall(IMarket.take, (offer, o, DEPOSIT));
        calls[1] = abi.encodeCall(IEscrow.topUp, (currency, ownId, 1000));
        calls[2] = abi.encodeCall(IEscrow.withdraw, (own, 1000));
        calls[3] = abi.encodeCall(IMarket.close, (own));
        calls[4] = abi.encodeCall(IEscrow.refund, (own));
        calls[5] = abi.encodeCall(IEscrow.withdrawEarnings, (currency, address(nasty), 1));
        for (uint256 i = 0; i < calls.length; ++i) {
            nasty.callBack(address(market), calls[i]);
            vm.prank(tenant);
            market.topUp(currency, id, 500);
            assertFalse(nasty.calledBack());
            assertEq(nasty.answer(), abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
            assertEq(balanceOf(id, currency), DEPOSIT + 500 * (i + 1));
        }
        assertEq(balanceOf(ownId, currency), DEPOSIT);
    }

    /// The state is updated before money goes out: a callee that calls back receives no more than it owns.
    function test_WhileMoneyGoesOutTheStateIsNew() external {
        (Terms memory own, LeaseId ownId) = _tokenAsTenant();
        uint256 free = market.withdrawable(own);
        nasty.callBack(address(market), abi.encodeCall(IEscrow.withdraw, (own, free)));
        nasty.act(address(market), abi.encodeCall(IEscrow.withdraw, (own, free)));
        assertFalse(nasty.calledBack());
        assertEq(nasty.answer(), abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, free));
        // closing inside a withdrawal is one of two exits in a row
        nasty.act(address(nasty), abi.encodeCall(nasty.setMode, (NastyToken.Mode.Plain)));
        nasty.act(address(market), abi.encodeCall(IEscrow.topUp, (currency, ownId, 1000)));
        nasty.callBack(address(market), abi.encodeCall(IMarket.close, (own)));
        nasty.act(address(market), abi.encodeCall(IEscrow.withdraw, (own, 400)));
        assertTrue(nasty.calledBack());
        assertEq(balanceOf(ownId, currency), 0);
        assertEq(nasty.balanceOf(address(nasty)), 1e18);
        assertEq(nasty.balanceOf(address(market)), DEPOSIT); // the stranger's
    }

    /// A failed payment is credited to the account as it then is: a top-up during the transfer is not lost.
    function test_ATopUpInsideOfAPaymentThatFails() external {
        (Terms memory own, LeaseId ownId) = _tokenAsTenant();
        nasty.callBack(address(market), abi.encodeCall(IEscrow.topUp, (currency, ownId, 1000)));
        nasty.thenReturnFalse();
        nasty.act(address(market), abi.encodeCall(IMarket.close, (own)));
        assertTrue(nasty.calledBack());
        assertEq(balanceOf(ownId, currency), DEPOSIT + 1000);
        assertEq(_surplus(ownId, _others()), 0);
        assertEq(uint8(market.statusOf(own)), uint8(Status.Closed));
    }

    /// Settling inside of a payment moves no money of the vault's.
    function test_SettlingWhileMoneyComesIn() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        skip(10);
        Statement memory statement = busy(20, vm.getBlockTimestamp());
        uint256 epoch = prove(id, statement);
        Claim memory claim = claimOf(terms, statement);
        bytes memory call = abi.encodeCall(IProofs.settle, (provider, currency, epoch, claim, emptyPath()));
        LeaseId others = _others();
        nasty.callBack(address(market), call);
        vm.prank(stranger);
        market.topUp(currency, others, 500);
        assertTrue(nasty.calledBack());
        assertEq(market.earnings(provider, currency), 20 * RATE);
        assertEq(_surplus(id, others), 0);
    }

    /// A top-up of the very lease that is settled meanwhile must not undo the settlement.
    function test_SettlingTheLeaseThatIsToppedUp() external {
        (Terms memory terms, LeaseId id) = _open(tenant, 1);
        skip(10);
        Statement memory statement = busy(20, vm.getBlockTimestamp());
        uint256 epoch = prove(id, statement);
        Claim memory claim = claimOf(terms, statement);
        nasty.callBack(address(market), abi.encodeCall(IProofs.settle, (provider, currency, epoch, claim, emptyPath())));
        vm.prank(tenant);
        market.topUp(currency, id, 500);
        assertTrue(nasty.calledBack());
        assertEq(market.earnings(provider, currency), 20 * RATE);
        assertEq(balanceOf(id, currency), DEPOSIT + 500 - 20 * RATE);
        assertEq(_surplus(id, _others()), 0);
    }
}
