// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Accrual} from "../../src/libraries/Accrual.sol";
import {LeasePolicy, PriceList, Rates, Shape, Statement} from "../../src/types/DataTypes.sol";
import {ReservationWord} from "../../src/types/Words.sol";

/// The money functions, for every input that their types can hold. See README.md here.
contract AccrualSymbolic is Test {
    uint256 private constant SCALE = 1e12;

    /// No price list and no shape overflows, and what is paid for being there is never beyond the reserve.
    function check_TheReserveIsAtLeastThePresence(PriceList memory p, Shape memory s) external pure {
        Rates memory r = Accrual.rates(p, s);
        assertLe(r.replicaSecond, r.reserved);
        assertEq(r.cpuSecond, p.cpuSecond);
        assertEq(r.memoryMiBSecond, p.memoryMiBSecond);
        assertEq(r.networkMiB, p.networkMiB);
    }

    function check_ThePriceGrowsWithEveryCounter(Rates memory r, Statement memory a, Statement memory b) external pure {
        vm.assume(a.replicaSeconds <= b.replicaSeconds);
        vm.assume(a.cpuNanos <= b.cpuNanos);
        vm.assume(a.memoryByteSeconds <= b.memoryByteSeconds);
        vm.assume(a.networkBytes <= b.networkBytes);
        assertLe(Accrual.price(r, a), Accrual.price(r, b));
    }

    /// `price` is unchecked; the same sum with checks does not revert and is the same.
    function check_ThePriceNeverOverflows(Rates memory r, Statement memory s) external pure {
        uint256 presence = uint256(r.replicaSecond) * s.replicaSeconds;
        uint256 cpu = uint256(r.cpuSecond) * s.cpuNanos / 1e9;
        uint256 memory_ = uint256(r.memoryMiBSecond) * s.memoryByteSeconds / (1 << 20);
        uint256 network = uint256(r.networkMiB) * s.networkBytes / (1 << 20);
        assertEq(Accrual.price(r, s), (presence + cpu + memory_ + network) / SCALE);
    }

    function check_TheReservedIntegralGrowsWithTime(ReservationWord r, uint104 rate, uint32 early, uint32 late)
        external
        pure
    {
        vm.assume(early <= late);
        assertLe(Accrual.reservedUntil(r, rate, early), Accrual.reservedUntil(r, rate, late));
    }

    /// It starts at the word's integral and grows by the rate each second.
    function check_TheReservedIntegralIsExact(ReservationWord r, uint104 rate, uint32 time) external pure {
        uint256 reserved = Accrual.reservedUntil(r, rate, time);
        if (time <= r.since()) assertEq(reserved, r.integral());
        else assertEq(reserved, r.integral() + uint256(rate) * (time - r.since()));
    }

    /// What is taken off are whole base units: the fraction lives on.
    function check_CarriedTakesOffWholeUnits(ReservationWord r, uint104 rate, uint104 paid, uint32 from, uint32 time)
        external
        pure
    {
        vm.assume(from <= time);
        vm.assume(from >= r.since());
        uint256 whole = Accrual.reservedUntil(r, rate, from) / SCALE;
        vm.assume(paid <= whole);
        uint256 carried = Accrual.carried(r, rate, paid, from, time);
        assertEq(Accrual.reservedUntil(r, rate, time) - carried, (whole - paid) * SCALE);
    }

    /// From the point on, what may be owed is what was reserved since, and less than a base unit more.
    function check_OwedRoundsUpByLessThanAUnit(ReservationWord r, uint104 rate, uint104 paid, uint32 from, uint32 time)
        external
        pure
    {
        vm.assume(from <= time);
        vm.assume(from >= r.since());
        uint256 owed = Accrual.owed(r, rate, paid, from, time);
        uint256 reserved = uint256(rate) * (time - from);
        assertGe(owed * SCALE, reserved);
        assertLt(owed * SCALE, reserved + SCALE);
    }

    /// Before the point it is all of R that is not paid, and less than a base unit more.
    function check_OwedBeforeThePointRoundsUpByLessThanAUnit(
        ReservationWord r,
        uint104 rate,
        uint104 paid,
        uint32 from,
        uint32 time
    ) external pure {
        vm.assume(from <= time);
        vm.assume(from < r.since());
        uint256 reserved = Accrual.reservedUntil(r, rate, time);
        vm.assume(uint256(paid) * SCALE <= reserved);
        uint256 owed = Accrual.owed(r, rate, paid, from, time);
        assertGe((owed + paid) * SCALE, reserved);
        assertLt((owed + paid) * SCALE, reserved + SCALE);
    }

    function check_DueIsWithinPriceReserveAndBalance(uint256 price, uint136 reserved, uint104 paid, uint104 balance)
        external
        pure
    {
        uint256 due = Accrual.due(price, reserved, paid, balance);
        assertLe(due, balance);
        if (due != 0) {
            assertLe(due + paid, price);
            assertLe((due + paid) * SCALE, reserved);
        }
    }

    /// And it is not less: one of the three is reached.
    function check_DueReachesOneOfThem(uint128 price, uint136 reserved, uint104 paid, uint104 balance) external pure {
        uint256 total = Accrual.due(price, reserved, paid, balance) + paid;
        assertTrue(total >= price || total >= reserved / SCALE || total - paid == balance);
    }

    /// Settling a middle statement first pays, in all, what settling the last alone pays.
    function check_TwoPaymentsAddUpToOne(
        uint128 middle,
        uint128 last,
        uint136 reservedThen,
        uint136 reservedNow,
        uint104 deposit
    ) external pure {
        vm.assume(middle <= last);
        vm.assume(reservedThen <= reservedNow);
        uint256 first = Accrual.due(middle, reservedThen, 0, deposit);
        uint256 second = Accrual.due(last, reservedNow, first, deposit - first);
        assertEq(first + second, Accrual.due(last, reservedNow, 0, deposit));
    }

    /// The runway is the last second in which what may be owed is within the balance.
    function check_TheRunwayIsExact(uint104 balance, uint104 owed, uint104 rate) external pure {
        vm.assume(rate != 0);
        uint256 runway = Accrual.runway(balance, owed, rate);
        if (balance <= owed) {
            assertEq(runway, 0);
        } else {
            assertLe(runway * rate, uint256(balance - owed) * SCALE);
            assertGt((runway + 1) * rate, uint256(balance - owed) * SCALE);
        }
    }

    function check_ASoundPolicyCanBeKept(LeasePolicy memory p) external pure {
        vm.assume(Accrual.sound(p));
        assertTrue(p.minReplicas <= p.maxReplicas && p.maxReplicas > 0 && p.maxReplicas < 1 << 14);
        assertTrue(p.down < p.target && p.target <= p.up && p.up <= 100 && p.target > 0 && p.step > 0);
    }
}
