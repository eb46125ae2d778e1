// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Physics} from "../../src/libraries/Physics.sol";
import {LeasePolicy, Shape, Statement} from "../../src/types/DataTypes.sol";
import {ReservationWord, ReservationWords} from "../../src/types/Words.sol";

/// What statements can and cannot say, whatever the numbers.
contract PhysicsTest is Test {
    /// A meter that clips what it counted is never beyond the shape; one unit more always is.
    function testFuzz_Shape(Shape calldata shape, Statement memory s) external pure {
        uint256 cpu = uint256(shape.millicores) * 1e6 * s.replicaSeconds;
        uint256 memory_ = uint256(shape.memoryMiB) * (1 << 20) * s.replicaSeconds;
        bool beyond = s.cpuNanos > cpu || s.memoryByteSeconds > memory_;
        assertEq(Physics.beyondShape(shape, s), beyond);
        if (s.cpuNanos > cpu) s.cpuNanos = uint96(cpu);
        if (s.memoryByteSeconds > memory_) s.memoryByteSeconds = uint128(memory_);
        assertFalse(Physics.beyondShape(shape, s));
        if (cpu < type(uint96).max) {
            s.cpuNanos = uint96(cpu + 1);
            assertTrue(Physics.beyondShape(shape, s));
        }
    }

    function testFuzz_Count(
        uint16 replicas,
        LeasePolicy calldata p,
        uint64 replicaSeconds,
        uint32 seconds_,
        uint32 slack
    ) external view {
        replicas = uint16(bound(replicas, 0, type(uint16).max >> 2));
        ReservationWord r = ReservationWords.opened(replicas, p);
        uint256 most = uint256(replicas) * seconds_ + uint256(p.maxReplicas) * slack;
        assertEq(Physics.beyondCount(r, replicaSeconds, seconds_, slack), replicaSeconds > most);
        assertFalse(Physics.beyondCount(r, most, seconds_, slack));
        assertTrue(Physics.beyondCount(r, most + 1, seconds_, slack));
    }

    /// Of two statements that differ in their counters, one order or the other shows a fall; of equal ones, none does.
    function testFuzz_Fall(Statement calldata a, Statement calldata b) external pure {
        bool differ = a.replicaSeconds != b.replicaSeconds || a.cpuNanos != b.cpuNanos
            || a.memoryByteSeconds != b.memoryByteSeconds || a.networkBytes != b.networkBytes;
        assertEq(Physics.fell(a, b) || Physics.fell(b, a), differ);
        assertFalse(Physics.fell(a, a));
    }

    /// What the counters make it, or a basis point beside that, is no misstatement; anything else is.
    function testFuzz_Utilization(Shape calldata shape, Statement memory a, Statement memory b) external pure {
        b.replicaSeconds = uint64(bound(b.replicaSeconds, a.replicaSeconds, type(uint64).max));
        b.cpuNanos = uint96(bound(b.cpuNanos, a.cpuNanos, type(uint96).max));
        b.memoryByteSeconds = uint128(bound(b.memoryByteSeconds, a.memoryByteSeconds, type(uint128).max));
        b.networkBytes = uint96(bound(b.networkBytes, a.networkBytes, type(uint96).max));
        uint256 had = uint256(shape.millicores) * 1e6 * (b.replicaSeconds - a.replicaSeconds);
        uint256 truth = had == 0 ? 0 : uint256(b.cpuNanos - a.cpuNanos) * 10_000 / had;
        if (truth > type(uint16).max) truth = type(uint16).max;
        uint256 off = b.utilization > truth ? b.utilization - truth : truth - b.utilization;
        assertEq(Physics.misstated(shape, a, b), had == 0 ? off > 0 : off > 1);
        b.utilization = uint16(truth);
        assertFalse(Physics.misstated(shape, a, b));
    }

    /// Nothing overflows, and what fell says nothing of utilization.
    function testFuzz_AnyTwoStatements(Shape calldata shape, Statement calldata a, Statement calldata b) external pure {
        if (Physics.fell(a, b)) assertFalse(Physics.misstated(shape, a, b));
        else Physics.misstated(shape, a, b);
    }
}
