// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Claim, Order, Status, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {Wallet} from "./Wallet.sol";

/// Payees that refuse ETH or call back: they harm only themselves.
contract EthPayeesTest is MarketTest {
    Wallet private wallet;

    function setUp() public override {
        super.setUp();
        wallet = new Wallet();
        vm.deal(address(wallet), 1 ether);
    }

    function _asTenant() private returns (Terms memory terms, LeaseId id) {
        return open(address(wallet), ETH, order(2, 1), DEPOSIT);
    }

    function test_ATenantThatRefusesMoneyBlocksOnlyItself() external {
        (Terms memory terms, LeaseId id) = _asTenant();
        (Terms memory other,) = open(tenant, ETH, order(2, 2), DEPOSIT);
        wallet.refuse(true);
        skip(10);
        proveAndSettle(terms, 20);
        vm.startPrank(provider);
        market.giveNotice(terms);
        skip(NOTICE);
        market.close(terms);
        market.withdrawEarnings(ETH, provider, 20 * RATE);
        vm.stopPrank();
        vm.prank(tenant);
        market.close(other);
        vm.expectRevert("no thanks");
        market.refund(terms);
        assertGt(balanceOf(id, ETH), 0);
        wallet.refuse(false);
        skip(CLAIM);
        market.refund(terms);
        assertEq(balanceOf(id, ETH), 0);
        assertEq(address(wallet).balance, 1 ether - 20 * RATE);
    }

    /// Closing never fails because of the payment: nothing accrues any more, and no unit is lost or paid twice.
    function test_ATenantThatRefusesMoneyClosesAllTheSame() external {
        (Terms memory terms, LeaseId id) = _asTenant();
        wallet.refuse(true);
        skip(10);
        vm.recordLogs();
        wallet.act(address(market), abi.encodeCall(IMarket.close, (terms)));
        assertEq(vm.getRecordedLogs().length, 1); // LeaseClosed, and no Refunded
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Closed));
        assertEq(market.capacityOf(provider).heldMillicores, 0);
        skip(1000);
        assertEq(balanceOf(id, ETH), DEPOSIT);
        assertEq(market.owed(terms), 20 * RATE);
        assertEq(market.withdrawable(terms), DEPOSIT - 20 * RATE);
        wallet.refuse(false);
        market.refund(terms);
        assertEq(address(wallet).balance, 1 ether - 20 * RATE);
        assertEq(balanceOf(id, ETH), 20 * RATE);
        assertEq(address(market).balance, MIN_BOND + 20 * RATE);
    }

    /// What a payee does before it refuses is undone with its refusal.
    function test_APayeeThatCallsBackAndRefusesTakesNothing() external {
        (Terms memory terms, LeaseId id) = _asTenant();
        wallet.callBack(address(market), abi.encodeCall(IEscrow.refund, (terms)));
        wallet.refuseAfterwards(true);
        wallet.act(address(market), abi.encodeCall(IMarket.close, (terms)));
        assertEq(balanceOf(id, ETH), DEPOSIT);
        assertEq(address(wallet).balance, 1 ether - DEPOSIT);
        wallet.refuseAfterwards(false);
        wallet.act(address(market), abi.encodeCall(IEscrow.refund, (terms)));
        assertEq(balanceOf(id, ETH), 0);
        assertEq(address(wallet).balance, 1 ether);
        assertEq(address(market).balance, MIN_BOND);
    }

    function test_AProviderThatRefusesMoneyIsPaidElsewhere() external {
        Terms memory terms = _sellsAndEarns();
        wallet.refuse(true);
        vm.expectRevert("no thanks");
        wallet.act(address(market), abi.encodeCall(IEscrow.withdrawEarnings, (ETH, address(wallet), 5)));
        uint256 before = stranger.balance;
        wallet.act(address(market), abi.encodeCall(IEscrow.withdrawEarnings, (ETH, stranger, 20 * RATE)));
        assertEq(stranger.balance, before + 20 * RATE);
        // the tenant is not held up
        vm.prank(tenant);
        market.close(terms);
    }

    /// The wallet sells a lease to the tenant and has earned 20 replica-seconds of it.
    function _sellsAndEarns() private returns (Terms memory terms) {
        vm.startPrank(address(wallet));
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        OfferId offer = market.listOffer(ETH, prices());
        vm.stopPrank();
        Order memory o = order(2, 1);
        terms = termsOf(tenant, ETH, o);
        terms.provider = address(wallet);
        vm.prank(tenant);
        LeaseId id = market.take{value: DEPOSIT}(offer, o, DEPOSIT);
        skip(10);
        bytes32 leaf = market.leafOf(id, busy(20, vm.getBlockTimestamp()));
        vm.prank(address(wallet));
        market.postRoot(1, leaf);
        Claim memory claim = claimOf(terms, busy(20, vm.getBlockTimestamp()));
        skip(CHALLENGE);
        market.settle(address(wallet), ETH, 1, claim, emptyPath());
    }

    function test_CallingBackTakesNoMore() external {
        (Terms memory terms, LeaseId id) = _asTenant();
        uint256 free = market.withdrawable(terms);
        wallet.callBack(address(market), abi.encodeCall(IEscrow.withdraw, (terms, free)));
        wallet.act(address(market), abi.encodeCall(IEscrow.withdraw, (terms, free)));
        assertFalse(wallet.calledBack());
        assertEq(wallet.answer(), abi.encodeWithSelector(Errors.InsufficientFunds.selector, 0, free));
        assertEq(address(wallet).balance, 1 ether - DEPOSIT + free);
        wallet.callBack(address(market), abi.encodeCall(IEscrow.refund, (terms)));
        wallet.act(address(market), abi.encodeCall(IMarket.close, (terms)));
        assertFalse(wallet.calledBack());
        assertEq(wallet.answer(), abi.encodePacked(Errors.NothingToPay.selector));
        assertEq(address(wallet).balance, 1 ether);
        assertEq(balanceOf(id, ETH), 0);
        assertEq(address(market).balance, MIN_BOND);
    }
}
