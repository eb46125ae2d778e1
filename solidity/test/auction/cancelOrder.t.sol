// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Acceptance, AuctionOrder, Bid, OrderState} from "../../src/types/DataTypes.sol";
import {OrderId} from "../../src/types/Ids.sol";
import {Wallet} from "../payees/Wallet.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract CancelOrderTest is AuctionTest {
    function _refused(AuctionOrder memory o, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.cancelOrder(o);
    }

    function test_RevertWhen_NotTheTenant() external {
        AuctionOrder memory o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        vm.expectRevert(notAllowed(stranger));
        vm.prank(stranger);
        market.cancelOrder(o);
    }

    function test_RevertWhen_NotOpen() external {
        AuctionOrder memory o = orderIn(usd, 1);
        _refused(o, orderClosed(o));
        openOrder(o, DEPOSIT);
        vm.prank(tenant);
        market.cancelOrder(o);
        _refused(o, orderClosed(o));
        o = orderIn(usd, 2);
        openOrder(o, DEPOSIT);
        Bid memory b = bidOf(provider, RATE);
        placeBid(o, b);
        accept(o, b);
        _refused(o, orderClosed(o));
    }

    function testFuzz_PaysTheDepositBack(bool native, uint96 deposit, uint32 later) external {
        Currency currency = native ? ETH : usd;
        deposit = uint96(bound(deposit, 1, 100 ether));
        vm.deal(tenant, 100 ether);
        token.mint(tenant, 100 ether);
        AuctionOrder memory o = orderIn(currency, 1);
        uint256 before = held(currency, tenant);
        OrderId id = openOrder(o, deposit);
        skip(later % 10_000);
        stopIntake();
        vm.expectEmit(address(market));
        emit IAuction.OrderCancelled(id, tenant, deposit);
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(held(currency, tenant), before);
        OrderState memory state = market.orderOf(id);
        assertTrue(state.known && !state.open);
        assertEq(state.deposit, 0);
    }

    function test_BidsStayUntilReleased() external {
        AuctionOrder memory o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        Bid memory b = bidOf(provider, RATE);
        placeBid(o, b);
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(heldBy(provider), 10);
        Acceptance[] memory all = new Acceptance[](1);
        all[0] = Acceptance(o, b);
        vm.expectRevert(orderClosed(o));
        vm.prank(tenant);
        market.accept(all);
        vm.prank(provider);
        market.releaseBid(o, b);
        assertEq(heldBy(provider), 0);
        assertEq(market.earnings(provider, ETH), BID_DEPOSIT);
    }

    function test_ATenantThatCannotReceive() external {
        Wallet wallet = new Wallet();
        AuctionOrder memory o = orderIn(ETH, 1);
        o.tenant = address(wallet);
        vm.deal(address(this), DEPOSIT);
        wallet.act{value: DEPOSIT}(address(market), abi.encodeCall(IAuction.openOrder, (o, DEPOSIT)));
        wallet.refuse(true);
        wallet.act(address(market), abi.encodeCall(IAuction.cancelOrder, (o)));
        assertFalse(market.orderOf(orderId(o)).open);
        assertEq(market.earnings(address(wallet), ETH), DEPOSIT);
    }

    /// Who calls back meets a closed order.
    function test_ATenantThatCallsBack() external {
        Wallet wallet = new Wallet();
        AuctionOrder memory o = orderIn(ETH, 1);
        o.tenant = address(wallet);
        vm.deal(address(this), DEPOSIT);
        wallet.act{value: DEPOSIT}(address(market), abi.encodeCall(IAuction.openOrder, (o, DEPOSIT)));
        wallet.callBack(address(market), abi.encodeCall(IAuction.cancelOrder, (o)));
        wallet.act(address(market), abi.encodeCall(IAuction.cancelOrder, (o)));
        assertFalse(wallet.calledBack());
        assertEq(wallet.answer(), orderClosed(o));
        assertEq(address(wallet).balance, DEPOSIT);
    }

    function test_ABoundAccountsExposureShrinks() external {
        levers.letBind(tenant, usd, type(uint104).max, type(uint104).max, type(uint112).max);
        AuctionOrder memory o = orderIn(usd, 1);
        openOrder(o, DEPOSIT);
        openOrder(orderIn(usd, 2), 7);
        assertEq(levers.exposed(tenant, usd), DEPOSIT + 7);
        vm.prank(tenant);
        market.cancelOrder(o);
        assertEq(levers.exposed(tenant, usd), 7);
    }
}
