// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Accrual} from "../../src/libraries/Accrual.sol";
import {LeasePolicy, PriceList, Rates, Shape, Statement} from "../../src/types/DataTypes.sol";
import {ReservationWord} from "../../src/types/Words.sol";

/// The money functions over all that their types can hold.
contract AccrualTest is Test {
    function _curve(uint136 integral, uint32 since, uint16 replicas) private pure returns (ReservationWord) {
        return ReservationWord.wrap(0).moved(integral, since, replicas);
    }

    /// No price list and no shape can overflow; what does not fit is cut to a rate beyond every budget.
    function testFuzz_RatesNeverOverflow(PriceList memory p, Shape memory s) external pure {
        Rates memory r = Accrual.rates(p, s);
        assertLe(r.replicaSecond, r.reserved);
        assertEq(r.cpuSecond, p.cpuSecond);
        assertEq(r.memoryMiBSecond, p.memoryMiBSecond);
        assertEq(r.networkMiB, p.networkMiB);
    }

    /// Parts of a unit round up: a reserve that falls short of the price would leave the provider unpaid.
    function test_TheReserveRoundsPartsUp() external pure {
        PriceList memory p;
        p.cpuSecond = 1;
        Shape memory s = Shape({millicores: 1, memoryMiB: 0, diskMiB: 0, gpus: 0});
        assertEq(Accrual.rates(p, s).reserved, 1);
        s.millicores = 1000;
        assertEq(Accrual.rates(p, s).reserved, 1);
        s.millicores = 1001;
        assertEq(Accrual.rates(p, s).reserved, 2);
        p.cpuSecond = 0;
        p.networkMiB = 1;
        p.networkKiBps = 1;
        assertEq(Accrual.rates(p, s).reserved, 1);
        p.networkKiBps = 1024;
        assertEq(Accrual.rates(p, s).reserved, 1);
        p.networkKiBps = 1025;
        assertEq(Accrual.rates(p, s).reserved, 2);
    }

    /// Where all that is left may be owed, nothing is left to run on, whether or not anything is reserved.
    function test_TheRunwayOfWhatIsOwedIsNone() external pure {
        assertEq(Accrual.runway(5, 5, 0), 0);
        assertEq(Accrual.runway(5, 5, 1), 0);
        assertEq(Accrual.runway(5, 4, 0), type(uint256).max);
    }

    /// The counts that fit the fields in which they are kept.
    function test_APolicyHasFewerThan16384Replicas() external pure {
        LeasePolicy memory p = LeasePolicy({
            minReplicas: 1, maxReplicas: 16_383, target: 70, up: 80, down: 50, cooldown: 60, step: 2, headroom: 1
        });
        assertTrue(Accrual.sound(p));
        p.maxReplicas = 16_384;
        assertFalse(Accrual.sound(p));
    }

    function testFuzz_PriceNeverOverflows(Rates memory r, Statement memory s) external pure {
        uint256 price = uint256(r.replicaSecond) * s.replicaSeconds + uint256(r.cpuSecond) * s.cpuNanos / 1e9
            + uint256(r.memoryMiBSecond) * s.memoryByteSeconds / (1 << 20) + uint256(r.networkMiB) * s.networkBytes
            / (1 << 20);
        assertEq(Accrual.price(r, s), price / 1e12);
    }

    /// What a replica can use in its seconds never costs more than they reserved: all CPU, all memory, all its traffic.
    function testFuzz_TheReserveCoversThePrice(PriceList memory p, Shape memory s, uint32 seconds_) external pure {
        Rates memory r = Accrual.rates(p, s);
        vm.assume(r.reserved < type(uint104).max);
        Statement memory most = Statement({
            time: 0,
            replicaSeconds: seconds_,
            cpuNanos: uint96(uint256(seconds_) * s.millicores * 1e6),
            memoryByteSeconds: uint128(uint256(seconds_) * s.memoryMiB << 20),
            networkBytes: uint96(uint256(seconds_) * p.networkKiBps << 10),
            utilization: 10_000
        });
        vm.assume(uint256(seconds_) * p.networkKiBps << 10 <= type(uint96).max);
        assertLe(Accrual.price(r, most), uint256(r.reserved) * seconds_ / 1e12);
    }

    /// Usage that grows costs no less.
    function testFuzz_ThePriceGrowsWithUsage(Rates memory r, Statement memory a, Statement memory b) external pure {
        b.replicaSeconds = uint64(bound(b.replicaSeconds, a.replicaSeconds, type(uint64).max));
        b.cpuNanos = uint96(bound(b.cpuNanos, a.cpuNanos, type(uint96).max));
        b.memoryByteSeconds = uint128(bound(b.memoryByteSeconds, a.memoryByteSeconds, type(uint128).max));
        b.networkBytes = uint96(bound(b.networkBytes, a.networkBytes, type(uint96).max));
        assertLe(Accrual.price(r, a), Accrual.price(r, b));
    }

    /// A provider is never paid beyond price, reserve or deposits, and exactly their minimum when payments begin at zero.
    function testFuzz_DueIsTheMinimum(uint128 price, uint136 reserved, uint104 paid, uint104 balance) external pure {
        uint256 due = Accrual.due(price, reserved, paid, balance);
        assertLe(due, balance);
        assertLe(due, price);
        assertLe(due, uint256(reserved) / 1e12);
        if (paid == 0) {
            uint256 least = price < reserved / 1e12 ? price : reserved / 1e12;
            assertEq(due, least < balance ? least : balance);
        }
    }

    /// Settling twice adds up to settling once, whatever the middle was.
    function testFuzz_TwoPaymentsAddUp(uint96[2] memory prices, uint136[2] memory reserves, uint104 deposit)
        external
        pure
    {
        prices[1] = uint96(bound(prices[1], prices[0], type(uint96).max));
        reserves[1] = uint136(bound(reserves[1], reserves[0], type(uint136).max));
        uint256 first = Accrual.due(prices[0], reserves[0], 0, deposit);
        uint256 second = Accrual.due(prices[1], reserves[1], first, deposit - first);
        assertEq(first + second, Accrual.due(prices[1], reserves[1], 0, deposit));
    }

    /// What may be owed covers all that a statement until then can still be paid.
    function testFuzz_OwedCoversWhatIsDue(
        uint96 integral,
        uint32 since,
        uint16 replicas,
        uint80 perReplica,
        uint32 time,
        uint128 price
    ) external pure {
        time = uint32(bound(time, since, type(uint32).max));
        ReservationWord r = _curve(integral, since, replicas);
        uint256 rate = Accrual.rate(r, perReplica);
        // nothing settled yet: from is before the step
        uint256 owed = Accrual.owed(r, rate, 0, since == 0 ? 0 : since - 1, time);
        if (since != 0) {
            assertGe(owed, Accrual.due(price, Accrual.reservedUntil(r, rate, time), 0, type(uint104).max));
        }
        // settled at the step, all that it reserved
        uint256 paid = uint256(integral) / 1e12;
        owed = Accrual.owed(r, rate, paid, since, time);
        assertGe(owed + 1, Accrual.due(price, Accrual.reservedUntil(r, rate, time), paid, type(uint104).max));
    }

    /// Carrying the point forward takes off whole units only, and no more than was unclaimed.
    function testFuzz_CarriedKeepsTheFraction(
        uint96 integral,
        uint32 since,
        uint16 replicas,
        uint80 perReplica,
        uint32 from,
        uint32 time
    ) external pure {
        from = uint32(bound(from, since, type(uint32).max));
        time = uint32(bound(time, from, type(uint32).max));
        ReservationWord r = _curve(integral, since, replicas);
        uint256 rate = Accrual.rate(r, perReplica);
        uint256 until = Accrual.reservedUntil(r, rate, from);
        uint256 carried = Accrual.carried(r, rate, 0, from, time);
        uint256 whole = Accrual.reservedUntil(r, rate, time);
        assertEq(whole - carried, until / 1e12 * 1e12);
        // when all was paid, nothing is taken off
        assertEq(Accrual.carried(r, rate, until / 1e12, from, time), whole);
    }

    /// In the second before the runway ends the funds suffice; in the one after, they do not.
    function testFuzz_TheRunwayIsExact(uint104 balance, uint64 perReplica, uint16 replicas) external pure {
        ReservationWord r = _curve(0, 0, replicas);
        uint256 rate = Accrual.rate(r, perReplica);
        uint256 runway = Accrual.runway(balance, 0, rate);
        if (rate == 0) {
            assertEq(runway, balance == 0 ? 0 : type(uint256).max);
            return;
        }
        vm.assume(runway < type(uint32).max);
        assertLe(Accrual.owed(r, rate, 0, 0, runway), balance);
        assertGt(Accrual.owed(r, rate, 0, 0, runway + 1), balance);
    }
}
