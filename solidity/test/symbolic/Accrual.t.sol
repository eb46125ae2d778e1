// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Accrual} from "../../src/libraries/Accrual.sol";
import {PriceList, Rates, Shape, Usage} from "../../src/types/DataTypes.sol";
import {ReservationWord} from "../../src/types/Words.sol";

contract AccrualSymbolic is Test {
    function check_DueIsTheMinimumLessWhatWasPaid(uint256 price, uint136 reserved, uint104 paid, uint104 balance) external pure {
        uint256 due = Accrual.due(price, reserved, paid, balance);
        assertLe(due, balance);
        if (due > 0) {
            assertLe(due + paid, price);
            assertLe((due + paid), reserved / 1e12);
        }
    }
    function check_TwoPaymentsAddUp(uint128 p1, uint128 p2, uint136 r1, uint136 r2, uint104 deposit) external pure {
        vm.assume(p1 <= p2 && r1 <= r2);
        uint256 first = Accrual.due(p1, r1, 0, deposit);
        uint256 second = Accrual.due(p2, r2, first, deposit - first);
        assertEq(first + second, Accrual.due(p2, r2, 0, deposit));
    }
    function check_PriceGrows(Rates memory r, Usage memory a, Usage memory b) external pure {
        vm.assume(a.replicaSeconds <= b.replicaSeconds && a.cpuNanos <= b.cpuNanos && a.memoryByteSeconds <= b.memoryByteSeconds && a.networkBytes <= b.networkBytes);
        assertLe(Accrual.price(r, a), Accrual.price(r, b));
    }
    function check_ReservedGrows(ReservationWord r, uint104 rate, uint32 t1, uint32 t2) external pure {
        vm.assume(t1 <= t2);
        assertLe(Accrual.reservedUntil(r, rate, t1), Accrual.reservedUntil(r, rate, t2));
    }
    function check_OwedOneOver(ReservationWord r, uint104 rate, uint104 paid, uint32 from, uint32 time) external pure {
        vm.assume(from <= time);
        uint256 owed = Accrual.owed(r, rate, paid, from, time);
        if (from >= r.since()) {
          assertGe(owed * 1e12, uint256(rate) * (time - from));
          assertLt(owed * 1e12, uint256(rate) * (time - from) + 1e12);
        }
    }
}
