// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {Accrual} from "../../src/libraries/Accrual.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {
    Account as LeaseAccount,
    Capacity,
    Order,
    PriceList,
    Rates,
    Reservation,
    Shape,
    Status,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

contract TakeTest is MarketTest {
    function _refused(Order memory o, uint256 deposit, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(tenant);
        market.take(usdOffer, o, deposit);
    }

    function _refused(Order memory o, bytes4 why) private {
        _refused(o, DEPOSIT, abi.encodePacked(why));
    }

    function test_RevertWhen_NoSuchOffer() external {
        Order memory o = order(2, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.OfferClosed.selector, OfferId.wrap(99)));
        vm.prank(tenant);
        market.take(OfferId.wrap(99), o, DEPOSIT);
    }

    function test_RevertWhen_OfferWithdrawn() external {
        vm.prank(provider);
        market.withdrawOffer(usdOffer);
        _refused(order(2, 1), DEPOSIT, abi.encodeWithSelector(Errors.OfferClosed.selector, usdOffer));
    }

    function test_RevertWhen_NoCpu() external {
        Order memory o = order(2, 1);
        o.shape.millicores = 0;
        _refused(o, Errors.EmptyShape.selector);
    }

    function test_RevertWhen_NoMemory() external {
        Order memory o = order(2, 1);
        o.shape.memoryMiB = 0;
        _refused(o, Errors.EmptyShape.selector);
    }

    function test_RevertWhen_PolicyContradictsItself() external {
        Order memory o = order(2, 1);
        o.policy.maxReplicas = 0;
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        o.policy.minReplicas = 11;
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        (o.policy.target, o.policy.down) = (0, 0);
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        (o.policy.target, o.policy.up) = (101, 101);
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        o.policy.down = o.policy.target;
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        o.policy.up = o.policy.target - 1;
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        o.policy.up = 101;
        _refused(o, Errors.BadPolicy.selector);
        o = order(2, 1);
        o.policy.step = 0;
        _refused(o, Errors.BadPolicy.selector);
    }

    function test_RevertWhen_ReplicasOutOfBounds() external {
        Order memory o = order(2, 1);
        o.policy.minReplicas = 3;
        _refused(o, DEPOSIT, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 2, 3, 10));
        o = order(11, 1);
        _refused(o, DEPOSIT, abi.encodeWithSelector(Errors.ReplicasOutOfBounds.selector, 11, 1, 10));
    }

    function test_RevertWhen_RateAboveTheBudget() external {
        Order memory o = order(2, 1);
        o.maxRate -= 1;
        _refused(o, DEPOSIT, abi.encodeWithSelector(Errors.RateTooHigh.selector, RATE * 1e13, o.maxRate));
    }

    /// The highest price list and shape cannot be wrapped into a cheap rate.
    function test_RevertWhen_PricesAreBeyondEveryBudget() external {
        uint80 most = type(uint80).max;
        PriceList memory p = PriceList(most, most, most, most, most, most, most, type(uint32).max);
        uint32 all = type(uint32).max;
        vm.startPrank(provider);
        OfferId offer = market.listOffer(usd, p);
        market.updateProvider(Shape(all, all, all, type(uint16).max), "key", "url");
        vm.stopPrank();
        Order memory o = order(1, 1);
        o.shape = Shape(all, all, all, type(uint16).max);
        o.policy.maxReplicas = 1;
        o.maxRate = type(uint104).max - 1;
        vm.expectRevert(abi.encodeWithSelector(Errors.RateTooHigh.selector, type(uint104).max, o.maxRate));
        vm.prank(tenant);
        market.take(offer, o, DEPOSIT);
    }

    function test_RevertWhen_CapacityExceeded() external {
        Shape memory s = Shape({millicores: 10_000, memoryMiB: 10_000, diskMiB: 10_000, gpus: 10});
        for (uint256 kind = 0; kind < 4; ++kind) {
            Shape memory less = Shape(s.millicores, s.memoryMiB, s.diskMiB, s.gpus);
            if (kind == 0) less.millicores -= 1;
            if (kind == 1) less.memoryMiB -= 1;
            if (kind == 2) less.diskMiB -= 1;
            if (kind == 3) less.gpus -= 1;
            vm.prank(provider);
            market.updateProvider(less, "key", "url");
            (uint256 asked, uint256 free) = kind == 3 ? (uint256(10), uint256(9)) : (uint256(10_000), uint256(9999));
            _refused(order(2, 1), DEPOSIT, abi.encodeWithSelector(Errors.CapacityExceeded.selector, kind, asked, free));
        }
        vm.prank(provider);
        market.updateProvider(s, "key", "url");
        open(usd, 2);
        _refused(order(2, 2), DEPOSIT, abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 10_000, 0));
    }

    function test_RevertWhen_LeaseExists() external {
        (, LeaseId id) = open(usd, 2);
        _refused(order(2, 1), DEPOSIT, abi.encodeWithSelector(Errors.LeaseExists.selector, id));
    }

    function test_RevertWhen_ALeaseOnTheseTermsWasClosed() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        vm.prank(tenant);
        market.close(terms);
        _refused(order(2, 1), DEPOSIT, abi.encodeWithSelector(Errors.LeaseExists.selector, id));
    }

    function test_RevertWhen_ValueIsNotTheDeposit() external {
        Order memory o = order(2, 1);
        vm.startPrank(tenant);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, DEPOSIT - 1, DEPOSIT));
        market.take{value: DEPOSIT - 1}(ethOffer, o, DEPOSIT);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongValue.selector, 1, 0));
        market.take{value: 1}(usdOffer, o, DEPOSIT);
    }

    function test_RevertWhen_NothingReceived() external {
        _refused(order(2, 1), 0, abi.encodePacked(Errors.NothingReceived.selector));
    }

    function test_RevertWhen_DepositIsBelowTheNotice() external {
        uint256 notice = 2 * RATE * NOTICE;
        _refused(order(2, 1), notice - 1, abi.encodeWithSelector(Errors.InsufficientFunds.selector, notice - 1, notice));
        open(tenant, usd, order(2, 1), notice);
    }

    function test_RevertWhen_NotAllowedToSpend() external {
        vm.prank(tenant);
        token.approve(address(market), DEPOSIT - 1);
        bytes memory why = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientAllowance.selector, address(market), DEPOSIT - 1, DEPOSIT
        );
        _refused(order(2, 1), DEPOSIT, why);
    }

    function test_OpensInAToken() external {
        _opens(usd);
    }

    function test_OpensInEth() external {
        _opens(ETH);
    }

    function _opens(Currency currency) private {
        Order memory o = order(2, 1);
        Terms memory terms = termsOf(tenant, currency, o);
        LeaseId id = market.idOf(terms);
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Unknown));
        uint256 before = held(currency, tenant);
        OfferId offer = currency.isNative() ? ethOffer : usdOffer;
        vm.expectEmit(address(market));
        emit IMarket.LeaseOpened(id, tenant, provider, offer, DEPOSIT, 2, o.policy, terms);
        open(tenant, currency, o, DEPOSIT);
        assertEq(held(currency, tenant), before - DEPOSIT);
        LeaseAccount memory a = market.accountOf(id, currency);
        assertEq(a.balance, DEPOSIT);
        assertEq(a.paid, 0);
        assertEq(a.settledAt, START);
        assertEq(a.minReplicas, 1);
        _checkReservation(market.reservationOf(id));
        _checkHeld();
        assertEq(uint8(market.statusOf(terms)), uint8(Status.Active));
        assertEq(market.runway(terms), (DEPOSIT * 1e12) / (2 * RATE * 1e12));
    }

    function _checkReservation(Reservation memory r) private pure {
        assertEq(r.integral, 0);
        assertEq(r.since, START);
        assertEq(r.replicas, 2);
        assertEq(r.maxReplicas, 10);
        assertEq(r.target, 70);
        assertEq(r.up, 80);
        assertEq(r.down, 50);
        assertEq(r.cooldown, 60);
        assertEq(r.step, 2);
        assertEq(r.headroom, 1);
    }

    function _checkHeld() private view {
        Capacity memory c = market.capacityOf(provider);
        assertEq(c.heldMillicores, 10_000);
        assertEq(c.heldMemoryMiB, 10_000);
        assertEq(c.heldDiskMiB, 10_000);
        assertEq(c.heldGpus, 10);
        assertEq(c.millicores, plenty().millicores);
        assertEq(c.gpus, plenty().gpus);
    }

    /// The id as the documentation gives it, and every term in it.
    function test_TheIdBindsEveryTerm() external view {
        Terms memory t = termsOf(tenant, usd, order(2, 1));
        bytes32 orderHash =
            keccak256(abi.encode(block.chainid, address(market), t.tenant, t.shape, t.manifestHash, t.salt));
        assertEq(market.orderHashOf(t), orderHash);
        bytes32 id = keccak256(abi.encode(orderHash, t.provider, t.currency, t.rates));
        assertEq(LeaseId.unwrap(market.idOf(t)), id);
        for (uint256 field = 0; field < 14; ++field) {
            assertNotEq(LeaseId.unwrap(market.idOf(_changed(field))), id, "a term is not bound");
        }
    }

    function _changed(uint256 field) private view returns (Terms memory t) {
        t = termsOf(tenant, usd, order(2, 1));
        if (field == 0) t.tenant = stranger;
        if (field == 1) t.provider = stranger;
        if (field == 2) t.currency = ETH;
        if (field == 3) ++t.shape.millicores;
        if (field == 4) ++t.shape.memoryMiB;
        if (field == 5) ++t.shape.diskMiB;
        if (field == 6) ++t.shape.gpus;
        if (field == 7) ++t.rates.reserved;
        if (field == 8) ++t.rates.replicaSecond;
        if (field == 9) ++t.rates.cpuSecond;
        if (field == 10) ++t.rates.memoryMiBSecond;
        if (field == 11) ++t.rates.networkMiB;
        if (field == 12) t.manifestHash = 0;
        if (field == 13) ++t.salt;
    }

    function test_TheSameTermsOnAnotherChainOrMarketAreAnotherLease() external {
        Terms memory t = termsOf(tenant, usd, order(2, 1));
        bytes32 id = LeaseId.unwrap(market.idOf(t));
        assertNotEq(LeaseId.unwrap(deploy(localParameters()).idOf(t)), id);
        vm.chainId(block.chainid + 1);
        assertNotEq(LeaseId.unwrap(market.idOf(t)), id);
    }

    /// A reserve covers what a replica can use at most, so that a lease within its means never earns less than its price.
    function test_TheRatesAreThePriceListAppliedToTheShape() external pure {
        Rates memory r = Accrual.rates(prices(), shape());
        assertEq(r.reserved, RATE * 1e12);
        assertEq(r.replicaSecond, 7e12);
        assertEq(r.cpuSecond, 2e12);
        assertEq(r.memoryMiBSecond, 1e9);
        assertEq(r.networkMiB, 1e12);
    }
}
