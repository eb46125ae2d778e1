// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Capacity, LeasePolicy, Reservation, Shape} from "../../src/types/DataTypes.sol";
import {
    AccountWord,
    AccountWords,
    CapacityWord,
    ReservationWord,
    ReservationWords,
    SpendingPolicyWord
} from "../../src/types/Words.sol";

/// A word equals the struct of the same name, and no field overflows into its neighbour.
contract WordsTest is Test {
    function testFuzz_Account(uint104 balance, uint104 paid, uint16 min, uint32[2] memory times, bool bound_) external {
        min = uint16(bound(min, 0, type(uint16).max >> 2));
        times[1] = uint32(bound(times[1], times[0], type(uint32).max));
        vm.warp(times[0]);
        uint256 deposit = bound(balance, 0, type(uint104).max);
        uint256 amount = bound(paid, 0, deposit);
        AccountWord a = AccountWords.opened(deposit, min, bound_);
        _check(a, deposit, 0, times[0], min);
        a = a.settled(amount, times[1]);
        _check(a, deposit - amount, amount, times[1], min);
        a = a.debited(a.balance());
        _check(a, 0, amount, times[1], min);
        a = a.credited(deposit);
        _check(a, deposit, amount, times[1], min);
        uint16 other = uint16(amount) >> 2;
        _check(a.withMinimum(other), deposit, amount, times[1], other);
        _check(a.freeze().withMinimum(other), deposit, amount, times[1], other);
        assertEq(AccountWord.unwrap(a.freeze().thaw()), AccountWord.unwrap(a));
        assertEq(a.bound(), bound_);
        for (uint256 i = 0; i < 2; ++i) {
            bool frozen = i == 1;
            if (frozen) a = a.freeze();
            assertEq(a.frozen(), frozen);
            bytes memory unpacked = abi.encode(deposit, amount, times[1], min, bound_, frozen);
            assertEq(keccak256(abi.encode(a.unpacked())), keccak256(unpacked));
        }
    }

    function _check(AccountWord a, uint256 balance, uint256 paid, uint256 time, uint256 min) private pure {
        assertEq(a.balance(), balance);
        assertEq(a.paid(), paid);
        assertEq(a.settledAt(), time);
        assertEq(a.minReplicas(), min);
    }

    function credit(AccountWord a, uint256 amount) external pure returns (AccountWord) {
        return a.credited(amount);
    }

    function testFuzz_RevertWhen_ABalanceOutgrowsItsField(uint104 balance, uint256 amount) external {
        amount = bound(amount, uint256(type(uint104).max) - balance + 1, type(uint256).max - balance);
        AccountWord a = AccountWords.opened(balance, 1, false);
        vm.expectRevert();
        this.credit(a, amount);
    }

    function testFuzz_Reservation(
        uint32 time,
        uint16 replicas,
        LeasePolicy calldata p,
        LeasePolicy calldata other,
        uint136 integral
    ) external {
        vm.warp(time);
        replicas = uint16(bound(replicas, 0, type(uint16).max >> 2));
        ReservationWord r = ReservationWords.opened(replicas, p);
        _check(r, 0, time, replicas, p, p.maxReplicas);
        _check(r.governedBy(other), 0, time, replicas, other, other.maxReplicas);
        assertTrue(r.atOpening() && r.governedBy(other).atOpening());
        r = r.moved(integral, 7, 9);
        assertFalse(r.atOpening() || r.governedBy(other).atOpening());
        _check(r, integral, 7, 9, p, p.maxReplicas);
        _check(r.governedBy(other), integral, 7, 9, other, other.maxReplicas);
        _check(r.closed(), integral, 7, 9, p, 0);
        // the same as if it were opened now
        assertEq(ReservationWord.unwrap(r.reopened()), ReservationWord.unwrap(ReservationWords.opened(9, p)));
    }

    function _check(
        ReservationWord w,
        uint256 integral,
        uint256 since,
        uint256 replicas,
        LeasePolicy calldata p,
        uint16 max
    ) private pure {
        assertEq(w.integral(), integral);
        assertEq(w.since(), since);
        assertEq(w.replicas(), replicas);
        assertEq(w.maxReplicas(), max);
        assertEq(w.target(), p.target);
        assertEq(w.up(), p.up);
        assertEq(w.down(), p.down);
        assertEq(w.cooldown(), p.cooldown);
        assertEq(w.step(), p.step);
        assertEq(w.headroom(), p.headroom);
        Reservation memory r = w.unpacked();
        assertEq(
            keccak256(abi.encode(r)),
            keccak256(
                abi.encode(integral, since, replicas, max, p.target, p.up, p.down, p.cooldown, p.step, p.headroom)
            )
        );
    }

    /// Many leases' capacity, taken and given back, each kind by itself.
    function testFuzz_Capacity(Shape calldata capacity, Shape[3] calldata shapes, uint16[3] calldata replicas)
        external
        pure
    {
        CapacityWord c = CapacityWord.wrap(0).resized(capacity);
        uint256[4] memory held;
        bool[3] memory holds;
        for (uint256 i = 0; i < 3; ++i) {
            if (!_fits(held, shapes[i], replicas[i])) continue;
            holds[i] = true;
            c = c.holding(shapes[i], replicas[i]);
            held[0] += uint256(shapes[i].millicores) * replicas[i];
            held[1] += uint256(shapes[i].memoryMiB) * replicas[i];
            held[2] += uint256(shapes[i].diskMiB) * replicas[i];
            held[3] += uint256(shapes[i].gpus) * replicas[i];
            _check(c, capacity, held);
        }
        for (uint256 i = 0; i < 3; ++i) {
            if (holds[i]) c = c.releasing(shapes[i], replicas[i]);
        }
        _check(c, capacity, [uint256(0), 0, 0, 0]);
    }

    function _fits(uint256[4] memory held, Shape calldata s, uint256 replicas) private pure returns (bool) {
        return held[0] + s.millicores * replicas <= type(uint32).max
            && held[1] + s.memoryMiB * replicas <= type(uint32).max
            && held[2] + s.diskMiB * replicas <= type(uint32).max && held[3] + s.gpus * replicas <= type(uint16).max;
    }

    function _check(CapacityWord word, Shape calldata has, uint256[4] memory held) private pure {
        Capacity memory c = word.unpacked();
        assertEq(
            keccak256(abi.encode(c)),
            keccak256(
                abi.encode(has.millicores, has.memoryMiB, has.diskMiB, has.gpus, held[0], held[1], held[2], held[3])
            )
        );
    }

    function bindAnew(SpendingPolicyWord b, address[] calldata approvers, uint256 threshold)
        external
        pure
        returns (SpendingPolicyWord)
    {
        return b.next(approvers, threshold);
    }

    function names(SpendingPolicyWord b, address[] calldata approvers) external pure returns (bool) {
        return b.names(approvers);
    }

    function testFuzz_Binding(uint32 version, address[] memory approvers, address[] memory others, uint8 threshold)
        external
        view
    {
        vm.assume(version != type(uint32).max);
        threshold = uint8(bound(threshold, 1, 64));
        SpendingPolicyWord b = SpendingPolicyWord.wrap(version); // of a free account
        assertFalse(b.isBound());
        b = this.bindAnew(b, approvers, threshold);
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(b.version(), uint256(version) + 1);
            assertEq(b.threshold(), threshold);
            assertTrue(b.isBound());
            assertTrue(this.names(b, approvers));
            bool alike = keccak256(abi.encode(approvers)) == keccak256(abi.encode(others));
            assertEq(this.names(b, others), alike);
            assertEq(b.revoked(), i == 1);
            b = b.withRevoked();
        }
        vm.assume(b.version() != type(uint32).max);
        assertFalse(this.bindAnew(b, others, threshold).revoked());
        b = this.bindAnew(b, approvers, 0);
        assertEq(SpendingPolicyWord.unwrap(b), uint256(version) + 2);
        assertFalse(b.isBound());
        assertFalse(this.names(b, approvers));
    }

    function test_RevertWhen_AVersionWouldComeBack() external {
        SpendingPolicyWord last = SpendingPolicyWord.wrap(type(uint32).max);
        vm.expectRevert();
        this.bindAnew(last, new address[](0), 0);
    }
}
