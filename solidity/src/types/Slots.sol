// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Account, Capacity, Reservation} from "./DataTypes.sol";

// The structs that every lease touches fill one slot each. The compiler would write them field by field, each with a read
// and a write of its own; here a slot is read once and written once. The order of the fields is the order of the struct.

using Slots for AccountSlot global;
using Slots for ReservationSlot global;
using Slots for CapacitySlot global;

/// An Account as stored.
struct AccountSlot {
    uint256 word;
}

/// A Reservation as stored.
struct ReservationSlot {
    uint256 word;
}

/// A Capacity as stored.
struct CapacitySlot {
    uint256 word;
}

// Reading a field casts the shifted word to the field's type, which cuts off what stands above it.
// forge-lint: disable-start(unsafe-typecast)
library Slots {
    function load(AccountSlot storage slot) internal view returns (Account memory) {
        uint256 w = slot.word;
        return Account({
            balance: uint104(w), paid: uint104(w >> 104), settledAt: uint32(w >> 208), minReplicas: uint16(w >> 240)
        });
    }

    function store(AccountSlot storage slot, Account memory a) internal {
        slot.word =
            uint256(a.balance) | uint256(a.paid) << 104 | uint256(a.settledAt) << 208 | uint256(a.minReplicas) << 240;
    }

    function load(ReservationSlot storage slot) internal view returns (Reservation memory) {
        uint256 w = slot.word;
        return Reservation({
            integral: uint136(w),
            since: uint32(w >> 136),
            replicas: uint16(w >> 168),
            maxReplicas: uint16(w >> 184),
            target: uint8(w >> 200),
            up: uint8(w >> 208),
            down: uint8(w >> 216),
            cooldown: uint16(w >> 224),
            step: uint8(w >> 240),
            headroom: uint8(w >> 248)
        });
    }

    function store(ReservationSlot storage slot, Reservation memory r) internal {
        slot.word = uint256(r.integral) | uint256(r.since) << 136 | uint256(r.replicas) << 168
            | uint256(r.maxReplicas) << 184 | uint256(r.target) << 200 | uint256(r.up) << 208 | uint256(r.down) << 216
            | uint256(r.cooldown) << 224 | uint256(r.step) << 240 | uint256(r.headroom) << 248;
    }

    function load(CapacitySlot storage slot) internal view returns (Capacity memory) {
        uint256 w = slot.word;
        return Capacity({
            millicores: uint32(w),
            memoryMiB: uint32(w >> 32),
            diskMiB: uint32(w >> 64),
            gpus: uint16(w >> 96),
            heldMillicores: uint32(w >> 112),
            heldMemoryMiB: uint32(w >> 144),
            heldDiskMiB: uint32(w >> 176),
            heldGpus: uint16(w >> 208)
        });
    }

    function store(CapacitySlot storage slot, Capacity memory c) internal {
        slot.word = uint256(c.millicores) | uint256(c.memoryMiB) << 32 | uint256(c.diskMiB) << 64 | uint256(c.gpus) << 96
            | uint256(c.heldMillicores) << 112 | uint256(c.heldMemoryMiB) << 144 | uint256(c.heldDiskMiB) << 176
            | uint256(c.heldGpus) << 208;
    }
}
// forge-lint: disable-end(unsafe-typecast)
