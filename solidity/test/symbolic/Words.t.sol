// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Capacity, LeasePolicy, Shape} from "../../src/types/DataTypes.sol";
import {AccountWord, CapacityWord, ReservationWord} from "../../src/types/Words.sol";

/// No field of a word overflows into its neighbour, whatever the word contains. See README.md.
contract WordsSymbolic is Test {
    function check_SettlingMovesMoneyAndTimeAlone(AccountWord a, uint104 amount, uint32 time) external pure {
        vm.assume(amount <= a.balance());
        vm.assume(a.paid() + amount <= type(uint104).max);
        vm.assume(time >= a.settledAt());
        AccountWord b = a.settled(amount, time);
        assertEq(b.balance(), a.balance() - amount);
        assertEq(b.paid(), a.paid() + amount);
        assertEq(b.settledAt(), time);
        _checkTail(a, b);
    }

    function check_CreditsAndDebitsMoveTheBalanceAlone(AccountWord a, uint104 amount) external pure {
        vm.assume(a.balance() + amount <= type(uint104).max);
        AccountWord b = a.credited(amount);
        assertEq(b.balance(), a.balance() + amount);
        assertEq(b.paid(), a.paid());
        assertEq(b.settledAt(), a.settledAt());
        _checkTail(a, b);
        assertEq(AccountWord.unwrap(b.debited(amount)), AccountWord.unwrap(a));
    }

    function check_FlagsAndMinimumMoveThemselvesAlone(AccountWord a, uint16 min) external pure {
        vm.assume(min < 1 << 14);
        AccountWord b = a.withMinimum(min);
        assertEq(b.minReplicas(), min);
        assertEq(b.bound(), a.bound());
        assertEq(b.frozen(), a.frozen());
        _checkMoney(a, b);
        b = a.freeze();
        assertTrue(b.frozen());
        assertEq(b.bound(), a.bound());
        assertEq(b.minReplicas(), a.minReplicas());
        _checkMoney(a, b);
        b = b.thaw();
        assertFalse(b.frozen());
        assertEq(b.bound(), a.bound());
        assertEq(b.minReplicas(), a.minReplicas());
        _checkMoney(a, b);
    }

    function _checkTail(AccountWord a, AccountWord b) private pure {
        assertEq(b.minReplicas(), a.minReplicas());
        assertEq(b.bound(), a.bound());
        assertEq(b.frozen(), a.frozen());
    }

    function _checkMoney(AccountWord a, AccountWord b) private pure {
        assertEq(b.balance(), a.balance());
        assertEq(b.paid(), a.paid());
        assertEq(b.settledAt(), a.settledAt());
    }

    function check_MovingThePointLeavesThePolicy(ReservationWord r, uint136 integral, uint32 since, uint16 replicas)
        external
        pure
    {
        vm.assume(replicas < 1 << 14); // as a sound policy's counts are
        ReservationWord s = r.moved(integral, since, replicas);
        assertFalse(s.atOpening());
        assertEq(s.integral(), integral);
        assertEq(s.since(), since);
        assertEq(s.replicas(), replicas);
        assertEq(s.maxReplicas(), r.maxReplicas());
        _checkPolicy(r, s);
    }

    function check_ClosingLeavesAllButTheHighestCount(ReservationWord r) external pure {
        ReservationWord s = r.closed();
        assertEq(s.maxReplicas(), 0);
        assertEq(s.integral(), r.integral());
        assertEq(s.since(), r.since());
        assertEq(s.replicas(), r.replicas());
        _checkPolicy(r, s);
    }

    function check_APolicyLeavesThePoint(ReservationWord r, LeasePolicy calldata p) external pure {
        ReservationWord s = r.governedBy(p);
        assertEq(s.integral(), r.integral());
        assertEq(s.since(), r.since());
        assertEq(s.replicas(), r.replicas());
        assertEq(s.maxReplicas(), p.maxReplicas);
        assertEq(s.target(), p.target);
        assertEq(s.up(), p.up);
        assertEq(s.down(), p.down);
        assertEq(s.cooldown(), p.cooldown);
        assertEq(s.step(), p.step);
        assertEq(s.headroom(), p.headroom);
    }

    function _checkPolicy(ReservationWord r, ReservationWord s) private pure {
        assertEq(s.target(), r.target());
        assertEq(s.up(), r.up());
        assertEq(s.down(), r.down());
        assertEq(s.cooldown(), r.cooldown());
        assertEq(s.step(), r.step());
        assertEq(s.headroom(), r.headroom());
    }

    /// Holding for one replica moves each kind by itself, and releasing undoes it.
    function check_HoldingAndReleasingUndoEachOther(CapacityWord c, Shape memory s) external pure {
        Capacity memory before = c.unpacked();
        vm.assume(uint256(before.heldMillicores) + s.millicores <= type(uint32).max);
        vm.assume(uint256(before.heldMemoryMiB) + s.memoryMiB <= type(uint32).max);
        vm.assume(uint256(before.heldDiskMiB) + s.diskMiB <= type(uint32).max);
        vm.assume(uint256(before.heldGpus) + s.gpus <= type(uint16).max);
        CapacityWord held = c.holding(s, 1);
        Capacity memory now_ = held.unpacked();
        assertEq(now_.heldMillicores, before.heldMillicores + s.millicores);
        assertEq(now_.heldMemoryMiB, before.heldMemoryMiB + s.memoryMiB);
        assertEq(now_.heldDiskMiB, before.heldDiskMiB + s.diskMiB);
        assertEq(now_.heldGpus, before.heldGpus + s.gpus);
        assertEq(now_.millicores, before.millicores);
        assertEq(now_.memoryMiB, before.memoryMiB);
        assertEq(now_.diskMiB, before.diskMiB);
        assertEq(now_.gpus, before.gpus);
        assertEq(CapacityWord.unwrap(held.releasing(s, 1)), CapacityWord.unwrap(c));
    }

    function check_ResizingLeavesWhatIsHeld(CapacityWord c, Shape memory s) external pure {
        Capacity memory before = c.unpacked();
        Capacity memory now_ = c.resized(s).unpacked();
        assertEq(now_.millicores, s.millicores);
        assertEq(now_.memoryMiB, s.memoryMiB);
        assertEq(now_.diskMiB, s.diskMiB);
        assertEq(now_.gpus, s.gpus);
        assertEq(now_.heldMillicores, before.heldMillicores);
        assertEq(now_.heldMemoryMiB, before.heldMemoryMiB);
        assertEq(now_.heldDiskMiB, before.heldDiskMiB);
        assertEq(now_.heldGpus, before.heldGpus);
    }
}
