// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Account, Capacity, LeasePolicy, Reservation, Shape} from "./DataTypes.sol";

// The structs that every lease touches fill one slot each. The contracts handle each as one word: read once, changed on
// the stack, written once. Fields have the order of the struct of the same name.

/// An Account.
type AccountWord is uint256;

/// A Reservation.
type ReservationWord is uint256;

/// A Capacity.
type CapacityWord is uint256;

/// An account's spending policy. It has no struct. From the lowest bit: its version (32), the number of consents that
/// it requires (7; 0: the account is free), whether a consent was revoked under this version (1), and the top 216 bits
/// of keccak256(abi.encode(approvers)).
type SpendingPolicyWord is uint256;

using AccountWords for AccountWord global;
using ReservationWords for ReservationWord global;
using CapacityWords for CapacityWord global;
using SpendingPolicyWords for SpendingPolicyWord global;

// Reading a field casts the shifted word to the field's type, which truncates the higher fields.
// forge-lint: disable-start(unsafe-typecast)

library AccountWords {
    uint256 private constant MIN_REPLICAS = uint256(type(uint16).max >> 2) << 240;
    uint256 private constant BOUND = 1 << 254;
    uint256 private constant FROZEN = 1 << 255;

    /// @param balance_ Below 2^104, like all balances here.
    /// @param minReplicas_ Below 2^14.
    function opened(uint256 balance_, uint16 minReplicas_, bool bound_) internal view returns (AccountWord) {
        uint256 word = balance_ | uint256(uint32(block.timestamp)) << 208 | uint256(minReplicas_) << 240;
        return AccountWord.wrap(bound_ ? word | BOUND : word);
    }

    function balance(AccountWord a) internal pure returns (uint256) {
        return uint104(AccountWord.unwrap(a));
    }

    function paid(AccountWord a) internal pure returns (uint256) {
        return uint104(AccountWord.unwrap(a) >> 104);
    }

    function settledAt(AccountWord a) internal pure returns (uint256) {
        return uint32(AccountWord.unwrap(a) >> 208);
    }

    function minReplicas(AccountWord a) internal pure returns (uint256) {
        return (AccountWord.unwrap(a) & MIN_REPLICAS) >> 240;
    }

    /// Whether a bound account opened the lease.
    function bound(AccountWord a) internal pure returns (bool) {
        return AccountWord.unwrap(a) & BOUND != 0;
    }

    function frozen(AccountWord a) internal pure returns (bool) {
        return AccountWord.unwrap(a) & FROZEN != 0;
    }

    /// @param minReplicas_ Below 2^14.
    function withMinimum(AccountWord a, uint16 minReplicas_) internal pure returns (AccountWord) {
        return AccountWord.wrap(AccountWord.unwrap(a) & ~MIN_REPLICAS | uint256(minReplicas_) << 240);
    }

    function freeze(AccountWord a) internal pure returns (AccountWord) {
        return AccountWord.wrap(AccountWord.unwrap(a) | FROZEN);
    }

    function thaw(AccountWord a) internal pure returns (AccountWord) {
        return AccountWord.wrap(AccountWord.unwrap(a) & ~FROZEN);
    }

    /// Reverts when the balance would overflow its field.
    function credited(AccountWord a, uint256 amount) internal pure returns (AccountWord) {
        // Called for its check only: the sum is computed in place.
        // slither-disable-next-line unused-return
        SafeCast.toUint104(a.balance() + amount);
        return AccountWord.wrap(AccountWord.unwrap(a) + amount);
    }

    /// @param amount At most the balance.
    function debited(AccountWord a, uint256 amount) internal pure returns (AccountWord) {
        unchecked {
            return AccountWord.wrap(AccountWord.unwrap(a) - amount);
        }
    }

    /// @param amount At most the balance; the sum of all payments stays below 2^104.
    /// @param time Not before the newest settled statement.
    function settled(AccountWord a, uint256 amount, uint256 time) internal pure returns (AccountWord) {
        unchecked {
            uint256 added = (amount << 104) + ((time - a.settledAt()) << 208);
            return AccountWord.wrap(AccountWord.unwrap(a) - amount + added);
        }
    }

    function unpacked(AccountWord a) internal pure returns (Account memory) {
        return Account({
            balance: uint104(a.balance()),
            paid: uint104(a.paid()),
            settledAt: uint32(a.settledAt()),
            minReplicas: uint16(a.minReplicas()),
            bound: a.bound(),
            frozen: a.frozen()
        });
    }
}

library ReservationWords {
    uint256 private constant REPLICAS = type(uint16).max >> 2;
    uint256 private constant AT_OPENING = 1 << 183;

    /// @param replicas_ Below 2^14, like all counts here.
    function opened(uint16 replicas_, LeasePolicy calldata p) internal view returns (ReservationWord) {
        return ReservationWord.wrap(_opening(replicas_)).governedBy(p);
    }

    /// A new lease that begins now, with the policy and count of this one.
    function reopened(ReservationWord r) internal view returns (ReservationWord) {
        uint256 policy = ReservationWord.unwrap(r) >> 184 << 184;
        return ReservationWord.wrap(policy | _opening(r.replicas()));
    }

    /// A new policy; the curve's point stays.
    function governedBy(ReservationWord r, LeasePolicy calldata p) internal pure returns (ReservationWord) {
        return ReservationWord.wrap(
            ReservationWord.unwrap(r) << 72 >> 72 | uint256(p.maxReplicas) << 184 | uint256(p.target) << 200
                | uint256(p.up) << 208 | uint256(p.down) << 216 | uint256(p.cooldown) << 224 | uint256(p.step) << 240
                | uint256(p.headroom) << 248
        );
    }

    function integral(ReservationWord r) internal pure returns (uint256) {
        return uint136(ReservationWord.unwrap(r));
    }

    function since(ReservationWord r) internal pure returns (uint256) {
        return uint32(ReservationWord.unwrap(r) >> 136);
    }

    function replicas(ReservationWord r) internal pure returns (uint256) {
        return ReservationWord.unwrap(r) >> 168 & REPLICAS;
    }

    /// Whether the curve's point is still the lease's opening.
    function atOpening(ReservationWord r) internal pure returns (bool) {
        return ReservationWord.unwrap(r) & AT_OPENING != 0;
    }

    /// 0: closed.
    function maxReplicas(ReservationWord r) internal pure returns (uint256) {
        return uint16(ReservationWord.unwrap(r) >> 184);
    }

    function target(ReservationWord r) internal pure returns (uint256) {
        return uint8(ReservationWord.unwrap(r) >> 200);
    }

    function up(ReservationWord r) internal pure returns (uint256) {
        return uint8(ReservationWord.unwrap(r) >> 208);
    }

    function down(ReservationWord r) internal pure returns (uint256) {
        return uint8(ReservationWord.unwrap(r) >> 216);
    }

    function cooldown(ReservationWord r) internal pure returns (uint256) {
        return uint16(ReservationWord.unwrap(r) >> 224);
    }

    function step(ReservationWord r) internal pure returns (uint256) {
        return uint8(ReservationWord.unwrap(r) >> 240);
    }

    function headroom(ReservationWord r) internal pure returns (uint256) {
        return ReservationWord.unwrap(r) >> 248;
    }

    /// A new point of the curve; the policy stays.
    /// @param integral_ Below 2^136.
    /// @param since_ Below 2^32.
    /// @param replicas_ Below 2^14.
    function moved(ReservationWord r, uint256 integral_, uint256 since_, uint256 replicas_)
        internal
        pure
        returns (ReservationWord)
    {
        uint256 policy = ReservationWord.unwrap(r) >> 184 << 184;
        return ReservationWord.wrap(policy | integral_ | since_ << 136 | replicas_ << 168);
    }

    function closed(ReservationWord r) internal pure returns (ReservationWord) {
        return ReservationWord.wrap(ReservationWord.unwrap(r) & ~(uint256(type(uint16).max) << 184));
    }

    function unpacked(ReservationWord r) internal pure returns (Reservation memory) {
        uint256 w = ReservationWord.unwrap(r);
        return Reservation({
            integral: uint136(w),
            since: uint32(w >> 136),
            replicas: uint16(r.replicas()),
            maxReplicas: uint16(w >> 184),
            target: uint8(w >> 200),
            up: uint8(w >> 208),
            down: uint8(w >> 216),
            cooldown: uint16(w >> 224),
            step: uint8(w >> 240),
            headroom: uint8(w >> 248)
        });
    }

    /// The curve's point at the opening of a lease.
    function _opening(uint256 replicas_) private view returns (uint256) {
        return uint256(uint32(block.timestamp)) << 136 | replicas_ << 168 | AT_OPENING;
    }
}

library CapacityWords {
    uint256 private constant HELD = 112; // offset of the held half

    /// Replaces the total by `shape`; what is held stays.
    function resized(CapacityWord c, Shape memory shape) internal pure returns (CapacityWord) {
        return CapacityWord.wrap(CapacityWord.unwrap(c) >> HELD << HELD | _packed(shape));
    }

    /// Adds to what is held. Callers check first that each kind fits.
    function holding(CapacityWord c, Shape memory shape, uint256 replicas) internal pure returns (CapacityWord) {
        return CapacityWord.wrap(CapacityWord.unwrap(c) + (_packed(shape) * replicas << HELD));
    }

    /// Subtracts what `holding` added, so no field borrows from the next.
    function releasing(CapacityWord c, Shape memory shape, uint256 replicas) internal pure returns (CapacityWord) {
        return CapacityWord.wrap(CapacityWord.unwrap(c) - (_packed(shape) * replicas << HELD));
    }

    function unpacked(CapacityWord c) internal pure returns (Capacity memory) {
        uint256 w = CapacityWord.unwrap(c);
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

    function _packed(Shape memory shape) private pure returns (uint256) {
        return uint256(shape.millicores) | uint256(shape.memoryMiB) << 32 | uint256(shape.diskMiB) << 64
            | uint256(shape.gpus) << 96;
    }
}

library SpendingPolicyWords {
    using SafeCast for uint256;

    uint256 private constant REVOKED = 1 << 39;
    uint256 private constant HASH = 40; // offset of the hash

    /// The next version. A free account keeps its version, so that no version is ever reused.
    /// @param threshold_ Below 2^7; 0 to be free.
    function next(SpendingPolicyWord b, address[] calldata approvers, uint256 threshold_)
        internal
        pure
        returns (SpendingPolicyWord)
    {
        uint256 version_ = uint256((b.version() + 1).toUint32());
        if (threshold_ == 0) return SpendingPolicyWord.wrap(version_);
        return SpendingPolicyWord.wrap(_hash(approvers) << HASH | threshold_ << 32 | version_);
    }

    function version(SpendingPolicyWord b) internal pure returns (uint256) {
        return uint32(SpendingPolicyWord.unwrap(b));
    }

    /// 0: the account is free.
    function threshold(SpendingPolicyWord b) internal pure returns (uint256) {
        return SpendingPolicyWord.unwrap(b) >> 32 & 0x7f;
    }

    function isBound(SpendingPolicyWord b) internal pure returns (bool) {
        return b.threshold() != 0;
    }

    /// Whether these are the approvers of the policy.
    function names(SpendingPolicyWord b, address[] calldata approvers) internal pure returns (bool) {
        return SpendingPolicyWord.unwrap(b) >> HASH == _hash(approvers);
    }

    /// Whether a consent was revoked under this version.
    function revoked(SpendingPolicyWord b) internal pure returns (bool) {
        return SpendingPolicyWord.unwrap(b) & REVOKED != 0;
    }

    function withRevoked(SpendingPolicyWord b) internal pure returns (SpendingPolicyWord) {
        return SpendingPolicyWord.wrap(SpendingPolicyWord.unwrap(b) | REVOKED);
    }

    function _hash(address[] calldata approvers) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(approvers))) >> HASH;
    }
}
// forge-lint: disable-end(unsafe-typecast)
