// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Order, PriceList, Rates, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {Accrual} from "../../src/libraries/Accrual.sol";
import {MarketTest} from "../MarketTest.sol";

/// Amounts and times of whole leases, through the market's own verbs.
contract SettlementTest is MarketTest {
    uint256 private constant STEPS = 5;

    /// One stretch of a lease's life: how long it lasts, with how many replicas, and how much of it they are healthy.
    struct Stretch {
        uint16 seconds_;
        uint8 replicas;
        uint16 health; // of 65,535
    }

    Terms private terms;
    LeaseId private id;
    Rates private rates;

    /// A lease at prices that do not divide evenly.
    function _open(uint64 price, uint256 deposit) private {
        PriceList memory p = prices();
        p.millicore = uint80(bound(price, 1, 1e12));
        vm.prank(provider);
        OfferId offer = market.listOffer(usd, p);
        Order memory o = order(1, 9);
        o.maxRate = type(uint104).max;
        rates = Accrual.rates(p, o.shape);
        terms = termsOf(tenant, usd, o);
        terms.rates = rates;
        deposit = bound(deposit, uint256(rates.reserved) * NOTICE / 1e12 + 1, 1e17);
        vm.prank(tenant);
        id = market.take(offer, o, deposit);
    }

    function _settle(Statement memory statement) private {
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
    }

    /// The stretches as cumulative statements, some of which, but not the last, are settled when they are made. Each is
    /// within what the replicas could consume.
    function _live(Stretch[STEPS] memory life, uint8 settled, bool scaled)
        private
        returns (Statement[STEPS] memory statements)
    {
        uint256 used = 0;
        uint256 replicas = 1;
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 lasts = bound(life[i].seconds_, 1, CLAIM / STEPS - 1);
            skip(lasts);
            used += replicas * lasts * life[i].health / type(uint16).max;
            statements[i] = busy(used, vm.getBlockTimestamp());
            if (i < STEPS - 1 && settled >> i & 1 == 1) _settle(statements[i]);
            if (scaled) replicas = _scale(life[i].replicas, replicas);
        }
    }

    function _scale(uint256 to, uint256 replicas) private returns (uint256) {
        to = bound(to, 1, 10);
        vm.prank(tenant);
        try market.scale(terms, uint16(to)) {
            return to;
        } catch {
            return replicas;
        }
    }

    /// Any of the statements before the last may be settled when it is made: the provider is paid the same.
    function testFuzz_HowOftenMakesNoDifference(uint64 price, Stretch[STEPS] memory life, uint8 settled) external {
        (uint256 once, uint256 often) = _onceAndOften(price, life, settled, false);
        assertEq(often, once);
    }

    /// With steps in between as well, but for dust: a step after a settlement forgets a fraction of a base unit.
    function testFuzz_HowOftenMakesNoDifferenceAcrossSteps(uint64 price, Stretch[STEPS] memory life, uint8 settled)
        external
    {
        (uint256 once, uint256 often) = _onceAndOften(price, life, settled, true);
        assertLe(often, once);
        assertGe(often + STEPS - 1, once);
    }

    function _onceAndOften(uint64 price, Stretch[STEPS] memory life, uint8 settled, bool scaled)
        private
        returns (uint256 once, uint256 often)
    {
        _open(price, type(uint256).max);
        uint256 snapshot = vm.snapshotState();
        _settle(_live(life, 0, scaled)[STEPS - 1]);
        once = market.earnings(provider, usd);
        assertTrue(vm.revertToState(snapshot));
        _settle(_live(life, settled, scaled)[STEPS - 1]);
        often = market.earnings(provider, usd);
    }

    /// Likewise when money is short and statements claim anything: the minimum of price, reserve and deposits, whatever
    /// came before.
    function testFuzz_HowOftenMakesNoDifferenceWhenMoneyIsShort(
        uint64 price,
        uint64 deposit,
        Stretch[STEPS] memory life,
        uint8 settled,
        uint32 claimed
    ) external {
        _open(price, deposit);
        uint256 deposited = balanceOf(id, usd);
        _live(life, settled, false);
        Statement memory last = busy(claimed, vm.getBlockTimestamp());
        _settle(last);
        uint256 reserve = uint256(rates.reserved) * (vm.getBlockTimestamp() - START) / 1e12;
        uint256 paid = market.accountOf(id, usd).paid;
        assertLe(paid, reserve);
        assertLe(paid, deposited);
        uint256 least = Accrual.price(rates, last);
        if (least > reserve) least = reserve;
        if (least > deposited) least = deposited;
        assertGe(paid, least);
        assertEq(paid + balanceOf(id, usd), deposited);
    }

    /// The order in which statements arrive makes none either: what comes late pays nothing.
    function testFuzz_TheOrderMakesNoDifference(uint64 price, Stretch[STEPS] memory life, uint256 seed) external {
        _open(price, type(uint256).max);
        Statement[STEPS] memory statements = _live(life, 0, true);
        uint256 snapshot = vm.snapshotState();
        _settle(statements[STEPS - 1]);
        uint256 once = market.earnings(provider, usd);
        assertTrue(vm.revertToState(snapshot));
        for (uint256 i = STEPS - 1; i > 0; --i) {
            uint256 j = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (statements[i], statements[j]) = (statements[j], statements[i]);
        }
        for (uint256 i = 0; i < STEPS; ++i) {
            _settle(statements[i]);
        }
        assertEq(market.earnings(provider, usd), once);
    }

    /// ∫ rate dt over any steps, to the last fraction of a unit.
    function testFuzz_TheIntegralIsExact(uint64 price, Stretch[STEPS] memory life) external {
        _open(price, type(uint256).max);
        uint256 integral = 0;
        uint256 replicas = 1;
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 lasts = bound(life[i].seconds_, 0, CLAIM / STEPS - 1);
            skip(lasts);
            integral += uint256(rates.reserved) * replicas * lasts;
            replicas = _scale(life[i].replicas, replicas);
            assertEq(market.reservationOf(id).integral, integral);
        }
        assertEq(market.owed(terms), (integral + 1e12 - 1) / 1e12);
    }

    /// However much the tenant takes, whenever it does: what an honest provider can still prove is there, and the notice
    /// with it.
    function testFuzz_AWithdrawalLeavesWhatMayBeOwed(
        uint64 price,
        uint64 deposit,
        Stretch[STEPS] memory life,
        uint8 settled
    ) external {
        _open(price, deposit);
        Statement memory last = _live(life, settled, true)[STEPS - 1];
        uint256 snapshot = vm.snapshotState();
        _settle(last);
        uint256 earned = market.earnings(provider, usd);
        assertTrue(vm.revertToState(snapshot));
        uint256 free = market.withdrawable(terms);
        if (free > 0) {
            uint256 kept = market.owed(terms);
            kept += uint256(rates.reserved) * market.reservationOf(id).replicas * NOTICE / 1e12;
            vm.prank(tenant);
            market.withdraw(terms, free);
            assertGe(balanceOf(id, usd), kept);
        }
        _settle(last);
        assertEq(market.earnings(provider, usd), earned);
    }

    /// A closed lease returns all that cannot be claimed, and all in all when the window has passed.
    function testFuzz_NothingStaysBehind(uint64 price, uint64 deposit, Stretch[STEPS] memory life, uint8 settled)
        external
    {
        _open(price, deposit);
        uint256 before = token.balanceOf(tenant);
        uint256 deposited = balanceOf(id, usd);
        _live(life, settled, true);
        vm.prank(tenant);
        market.close(terms);
        skip(CLAIM);
        if (balanceOf(id, usd) > 0) market.refund(terms);
        assertEq(token.balanceOf(tenant), before + deposited - market.earnings(provider, usd));
        assertEq(balanceOf(id, usd), 0);
        assertEq(token.balanceOf(address(market)), market.earnings(provider, usd));
    }

    function testFuzz_TheRunwayIsExact(uint64 price, uint64 deposit, uint16 wait) external {
        _open(price, deposit);
        skip(wait % CLAIM);
        uint256 left = market.runway(terms);
        vm.assume(left > 0 && wait % CLAIM + left + 1 < CLAIM);
        skip(left);
        assertLe(market.owed(terms), balanceOf(id, usd));
        skip(1);
        assertGe(market.owed(terms), balanceOf(id, usd));
        assertEq(market.runway(terms), 0);
    }
}
