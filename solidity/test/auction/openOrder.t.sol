// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "../../src/interfaces/IAuction.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {AuctionOrder, Bid, Bound, OrderState} from "../../src/types/DataTypes.sol";
import {OrderId} from "../../src/types/Ids.sol";
import {AuctionTest} from "./AuctionTest.sol";

contract OpenOrderTest is AuctionTest {
    function _refused(AuctionOrder memory o, uint256 value, uint256 deposit, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.openOrder{value: value}(o, deposit);
    }

    function _refused(AuctionOrder memory o, bytes memory why) private {
        _refused(o, 0, DEPOSIT, why);
    }

    function test_RevertWhen_IntakeStopped() external {
        stopIntake();
        _refused(orderIn(usd, 1), abi.encodePacked(Errors.IntakeStopped.selector));
    }

    function test_RevertWhen_NotTheTenant() external {
        AuctionOrder memory o = orderIn(usd, 1);
        vm.expectRevert(notAllowed(stranger));
        vm.prank(stranger);
        market.openOrder(o, DEPOSIT);
    }

    function test_RevertWhen_ItAsksForNothingOrContradictsItself() external {
        AuctionOrder memory o = orderIn(usd, 1);
        o.order.shape.millicores = 0;
        _refused(o, abi.encodePacked(Errors.EmptyShape.selector));
        o = orderIn(usd, 1);
        o.order.shape.memoryMiB = 0;
        _refused(o, abi.encodePacked(Errors.EmptyShape.selector));
        o = orderIn(usd, 1);
        o.order.policy.step = 0;
        _refused(o, abi.encodePacked(Errors.BadPolicy.selector));
        o = orderIn(usd, 1);
        o.order.replicas = 11;
        _refused(o, words(Errors.ReplicasOutOfBounds.selector, 11, 1, 10));
        o.order.replicas = 0;
        _refused(o, words(Errors.ReplicasOutOfBounds.selector, 0, 1, 10));
    }

    function test_RevertWhen_DeadlinesAreOutOfOrder() external {
        AuctionOrder memory o = orderIn(usd, 1);
        o.bidUntil = uint32(START);
        _refused(o, words(Errors.BadDeadlines.selector, START, START + 1, START + ACCEPTANCE));
        o.bidUntil = uint32(START + ACCEPTANCE + 1);
        _refused(o, words(Errors.BadDeadlines.selector, o.bidUntil, START + 1, START + ACCEPTANCE));
        o.bidUntil = o.acceptUntil = uint32(START + 1);
        openOrder(o, DEPOSIT);
    }

    function test_RevertWhen_TooManyAttributes() external {
        AuctionOrder memory o = orderIn(usd, 1);
        o.attributes = new bytes32[](9);
        _refused(o, words(Errors.TooMany.selector, 9, 8));
        o.attributes = new bytes32[](8);
        openOrder(o, DEPOSIT);
    }

    function test_RevertWhen_OpenedBefore() external {
        AuctionOrder memory o = orderIn(usd, 1);
        OrderId id = openOrder(o, DEPOSIT);
        bytes memory why = abi.encodeWithSelector(Errors.OrderExists.selector, id);
        _refused(o, why);
        vm.prank(tenant);
        market.cancelOrder(o);
        _refused(o, why);
        o = orderIn(usd, 2);
        id = openOrder(o, DEPOSIT);
        Bid memory b = bidOf(provider, RATE);
        placeBid(o, b);
        accept(o, b);
        _refused(o, abi.encodeWithSelector(Errors.OrderExists.selector, id));
    }

    function test_RevertWhen_TheValueIsWrong() external {
        _refused(orderIn(ETH, 1), DEPOSIT - 1, DEPOSIT, words(Errors.WrongValue.selector, DEPOSIT - 1, DEPOSIT));
        _refused(orderIn(usd, 1), 1, DEPOSIT, words(Errors.WrongValue.selector, 1, 0));
        _refused(orderIn(usd, 1), 0, 0, abi.encodePacked(Errors.NothingReceived.selector));
    }

    function test_RevertWhen_ABoundAccountExceedsALimit() external {
        AuctionOrder memory o = orderIn(usd, 1);
        uint104 rate = o.order.maxRate;
        levers.letBind(tenant, usd, rate - 1, type(uint104).max, type(uint112).max);
        bytes4 why = Errors.ConsentRequired.selector;
        _refused(o, abi.encodeWithSelector(why, tenant, Bound.Rate, rate, rate - 1));
        levers.letBind(tenant, usd, rate, uint104(DEPOSIT - 1), type(uint112).max);
        _refused(o, abi.encodeWithSelector(why, tenant, Bound.Amount, DEPOSIT, DEPOSIT - 1));
        levers.letBind(tenant, usd, rate, uint104(DEPOSIT), uint112(DEPOSIT - 1));
        _refused(o, abi.encodeWithSelector(why, tenant, Bound.Exposure, DEPOSIT, DEPOSIT - 1));
        levers.letBind(tenant, usd, rate, uint104(DEPOSIT), uint112(DEPOSIT));
        OrderId id = openOrder(o, DEPOSIT);
        assertTrue(market.orderOf(id).bound);
        assertEq(levers.exposed(tenant, usd), DEPOSIT);
    }

    function testFuzz_KeepsTheDeposit(bool native, uint96 deposit, uint32 now_) external {
        Currency currency = native ? ETH : usd;
        deposit = uint96(bound(deposit, 1, 100 ether));
        vm.deal(tenant, 100 ether);
        token.mint(tenant, 100 ether);
        vm.warp(bound(now_, START, START + BIDDING - 1));
        AuctionOrder memory o = orderIn(currency, 1);
        uint256 before = held(currency, address(market));
        vm.expectEmit(address(market));
        emit IAuction.OrderOpened(orderId(o), tenant, deposit, o);
        OrderId id = openOrder(o, deposit);
        OrderState memory state = market.orderOf(id);
        assertTrue(state.open && state.known && !state.bound);
        assertEq(state.deposit, deposit);
        assertEq(state.bids, 0);
        assertEq(held(currency, address(market)), before + deposit);
        assertEq(heldBy(provider), 0);
    }

    function testFuzz_TheIdBindsEveryField(uint256 field) external view {
        AuctionOrder memory o = orderIn(usd, 1);
        OrderId id = market.orderIdOf(o);
        assertEq(OrderId.unwrap(id), OrderId.unwrap(orderId(o)));
        field %= 9;
        if (field == 0) o.tenant = stranger;
        if (field == 1) o.currency = ETH;
        if (field == 2) ++o.order.shape.gpus;
        if (field == 3) ++o.order.replicas;
        if (field == 4) ++o.order.policy.headroom;
        if (field == 5) ++o.order.maxRate;
        if (field == 6) ++o.bidUntil;
        if (field == 7) ++o.acceptUntil;
        if (field == 8) o.attributes = new bytes32[](1);
        assertNotEq(OrderId.unwrap(id), OrderId.unwrap(market.orderIdOf(o)));
    }
}
