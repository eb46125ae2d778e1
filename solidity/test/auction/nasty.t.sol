// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Acceptance, AuctionOrder, Bid} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {NastyToken} from "../tokens/NastyToken.sol";
import {SilentToken} from "../tokens/SilentToken.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract NastyAuctionTest is AuctionTest {
    NastyToken private nasty;
    Currency private currency;

    function setUp() public override {
        super.setUp();
        nasty = new NastyToken(18);
        currency = Currency.wrap(address(nasty));
        nasty.mint(tenant, 1e18);
        vm.prank(tenant);
        nasty.approve(address(market), type(uint256).max);
    }

    function _vault(uint256 sum) private view {
        assertEq(nasty.balanceOf(address(market)), sum);
    }

    function test_AFeeIsTheTenantsLoss() external {
        nasty.setMode(NastyToken.Mode.TakesAFee);
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, DEPOSIT);
        assertEq(market.orderOf(orderId(o)).deposit, DEPOSIT - DEPOSIT / 10);
        _vault(DEPOSIT - DEPOSIT / 10);
        Bid memory b = bidOf(provider, RATE);
        placeBid(o, b);
        assertEq(balanceOf(accept(o, b), currency), DEPOSIT - DEPOSIT / 10);
        o = orderIn(currency, 2);
        openOrder(o, 1000);
        vm.prank(tenant);
        market.cancelOrder(o);
        _vault(DEPOSIT - DEPOSIT / 10);
        assertEq(nasty.balanceOf(tenant), 1e18 - DEPOSIT - 1000 + 810);
    }

    function _cancelsAllTheSame(AuctionOrder memory o) private {
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(market.earnings(tenant, currency), DEPOSIT);
        assertEq(market.orderOf(orderId(o)).deposit, 0);
        _vault(DEPOSIT);
        nasty.setMode(NastyToken.Mode.Plain);
        vm.prank(tenant);
        market.withdrawEarnings(currency, tenant, DEPOSIT);
        _vault(0);
        assertEq(nasty.balanceOf(tenant), 1e18);
    }

    function test_ItReturnsFalse() external {
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, DEPOSIT);
        nasty.setMode(NastyToken.Mode.ReturnsFalse);
        AuctionOrder memory other = orderIn(currency, 2);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(nasty)));
        openOrder(other, DEPOSIT);
        _cancelsAllTheSame(o);
    }

    function test_ItReverts() external {
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, DEPOSIT);
        nasty.setMode(NastyToken.Mode.Reverts);
        AuctionOrder memory other = orderIn(currency, 2);
        vm.expectRevert("nasty");
        openOrder(other, DEPOSIT);
        _cancelsAllTheSame(o);
    }

    function test_ItReturnsNothing() external {
        SilentToken silent = new SilentToken();
        currency = Currency.wrap(address(silent));
        silent.mint(tenant, 1e18);
        vm.prank(tenant);
        silent.approve(address(market), type(uint256).max);
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, DEPOSIT);
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(silent.balanceOf(tenant), 1e18);
    }

    function test_ABlacklistedTenant() external {
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, DEPOSIT);
        AuctionOrder memory other = orderIn(currency, 2);
        openOrder(other, DEPOSIT);
        Bid memory b = bidOf(provider, RATE);
        placeBid(other, b);
        nasty.blacklist(tenant);
        LeaseId id = accept(other, b);
        assertEq(balanceOf(id, currency), DEPOSIT);
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(market.earnings(tenant, currency), DEPOSIT);
        _vault(2 * DEPOSIT);
    }

    /// The token as a tenant of its own, with an open order and a bid on it.
    function _tokenAsTenant() private returns (AuctionOrder memory o, Bid memory b) {
        nasty.mint(address(nasty), 1e18);
        nasty.act(address(nasty), abi.encodeCall(nasty.approve, (address(market), type(uint256).max)));
        o = orderIn(currency, 7);
        o.tenant = address(nasty);
        nasty.act(address(market), abi.encodeCall(IAuction.openOrder, (o, DEPOSIT)));
        b = bidOf(provider, RATE);
        placeBid(o, b);
    }

    function test_WhileADepositComesInNoMoneyMoves() external {
        (AuctionOrder memory own, Bid memory b) = _tokenAsTenant();
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(IAuction.cancelOrder, (own));
        calls[1] = abi.encodeCall(IAuction.bid, (own, b, nobody));
        own.order.salt = 8;
        calls[2] = abi.encodeCall(IAuction.openOrder, (own, DEPOSIT));
        for (uint64 i = 0; i < calls.length; ++i) {
            nasty.callBack(address(market), calls[i]);
            AuctionOrder memory o = orderIn(currency, 20 + i);
            openOrder(o, 500);
            assertFalse(nasty.calledBack());
            assertEq(nasty.answer(), abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
            assertEq(market.orderOf(orderId(o)).deposit, 500);
        }
        _vault(DEPOSIT + 1500);
    }

    function test_AcceptingWhileADepositComesIn() external {
        (AuctionOrder memory own, Bid memory b) = _tokenAsTenant();
        Acceptance[] memory all = new Acceptance[](1);
        all[0] = Acceptance(own, b);
        nasty.callBack(address(market), abi.encodeCall(IAuction.accept, (all)));
        AuctionOrder memory o = orderIn(currency, 1);
        openOrder(o, 500);
        assertTrue(nasty.calledBack());
        assertEq(market.orderOf(orderId(o)).deposit, 500);
        assertEq(balanceOf(market.idOf(termsOf(own, b)), currency), DEPOSIT);
        _vault(DEPOSIT + 500);
    }

    function test_WhileADepositGoesOutTheOrderIsClosed() external {
        (AuctionOrder memory own, Bid memory b) = _tokenAsTenant();
        Acceptance[] memory all = new Acceptance[](1);
        all[0] = Acceptance(own, b);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IAuction.cancelOrder, (own));
        calls[1] = abi.encodeCall(IAuction.accept, (all));
        uint256 world = vm.snapshotState();
        for (uint256 i = 0; i < 2; ++i) {
            nasty.callBack(address(market), calls[i]);
            nasty.act(address(market), abi.encodeCall(IAuction.cancelOrder, (own)));
            assertFalse(nasty.calledBack());
            assertEq(nasty.answer(), orderClosed(own));
            assertEq(nasty.balanceOf(address(nasty)), 1e18);
            _vault(0);
            vm.revertToState(world);
        }
    }

    /// A payment that fails after the tenant opened another order in it: both stay right.
    function test_OpeningInsideOfAPaymentThatFails() external {
        (AuctionOrder memory own,) = _tokenAsTenant();
        bytes memory cancel = abi.encodeCall(IAuction.cancelOrder, (own));
        own.order.salt = 9;
        nasty.callBack(address(market), abi.encodeCall(IAuction.openOrder, (own, 700)));
        nasty.thenReturnFalse();
        nasty.act(address(market), cancel);
        assertTrue(nasty.calledBack());
        assertEq(market.earnings(address(nasty), currency), DEPOSIT);
        assertEq(market.orderOf(orderId(own)).deposit, 700);
        _vault(DEPOSIT + 700);
    }
}
