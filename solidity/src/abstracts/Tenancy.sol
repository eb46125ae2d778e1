// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMarket} from "../interfaces/IMarket.sol";
import {Accrual} from "../libraries/Accrual.sol";
import {Bonds} from "../libraries/Bonds.sol";
import {Errors} from "../libraries/Errors.sol";
import {Capacity, LeasePolicy, Outage, PriceList, Reservation, Shape, StoredOffer, Terms} from "../types/DataTypes.sol";
import {LeaseId, OfferId} from "../types/Ids.sol";
import {AccountWord, AccountWords, CapacityWord, ReservationWord, ReservationWords} from "../types/Words.sol";
import {MarketState} from "./MarketState.sol";

/// The changes of a lease's two words and of its provider's capacity. No money moves here.
abstract contract Tenancy is MarketState {
    using SafeCast for uint256;

    /// Opens a lease whose capacity is already held.
    /// @param received Base units that the vault received for it.
    function _begin(
        Terms memory terms,
        LeasePolicy calldata policy,
        uint16 replicas,
        OfferId offer,
        uint256 received,
        bool bound
    ) internal returns (LeaseId id) {
        // Check and Effect
        id = _write(terms, ReservationWords.opened(replicas, policy), policy.minReplicas, received, bound);
        // Log
        emit IMarket.LeaseOpened(id, terms.tenant, terms.provider, offer, received, replicas, policy, terms);
    }

    /// Writes the two words of a new lease.
    function _write(Terms memory terms, ReservationWord reservation, uint16 minReplicas, uint256 received, bool bound)
        internal
        returns (LeaseId id)
    {
        // Check
        id = _id(terms);
        if (_accounts[terms.currency][id].settledAt() != 0) revert Errors.LeaseExists(id);
        uint256 notice = _notice(Accrual.rate(reservation, terms.rates.reserved));
        if (received < notice) revert Errors.InsufficientFunds(received, notice);
        // Effect
        _accounts[terms.currency][id] = AccountWords.opened(received.toUint104(), minReplicas, bound);
        _reservations[id] = reservation;
    }

    /// Ends a lease: nothing accrues any more, and its capacity is freed.
    function _end(LeaseId id, Terms calldata terms, AccountWord account, ReservationWord reservation) internal {
        _hold(terms.provider, terms.shape, reservation.maxReplicas(), 0);
        _reservations[id] = _stepped(account, reservation, _rate(reservation, terms), 0).closed();
        emit IMarket.LeaseClosed(id, msg.sender);
    }

    /// The reservation with the integral moved to now, and a new replica count and thereby rate.
    /// @param rate Of the whole lease, until now.
    function _stepped(AccountWord account, ReservationWord reservation, uint256 rate, uint256 replicas)
        internal
        view
        returns (ReservationWord)
    {
        // Below 2^104 × 2^32: the bounds of the lease's rate and of the time since its opening.
        uint256 integral = Accrual.carried(reservation, rate, account.paid(), _from(account), block.timestamp);
        return reservation.moved(integral, block.timestamp, replicas);
    }

    /// The reservation of a lease whose provider's silence is confirmed, ended at the newest root: nothing later can be
    /// proven, so nothing later is owed. The count, and what accrues from now on, stay.
    function _cut(AccountWord account, ReservationWord reservation, uint256 rate, address provider)
        internal
        view
        returns (ReservationWord)
    {
        uint256 from = _from(account);
        uint256 reach = Math.max(from, _providers[provider].rootAt);
        uint256 integral = Accrual.carried(reservation, rate, account.paid(), from, reach);
        return reservation.moved(integral, block.timestamp, reservation.replicas());
    }

    /// Whether a confirmed outage of a provider lasts: its newest root is still the one of the report.
    function _silent(address provider) internal view returns (bool) {
        Outage memory outage = _outages[provider];
        // Epochs are consecutive: an equal number is the same root.
        // slither-disable-next-line incorrect-equality
        return outage.confirmed && outage.epoch == _providers[provider].epoch;
    }

    /// Changes a provider's held capacity from one highest replica count of a lease to another.
    function _hold(address provider, Shape memory shape, uint256 from, uint256 to) internal {
        CapacityWord word = _capacities[provider];
        if (to <= from) {
            _capacities[provider] = word.releasing(shape, from - to);
            return;
        }
        uint256 replicas = to - from;
        _checkRoom(word, shape, replicas);
        _capacities[provider] = word.holding(shape, replicas);
    }

    /// Whether the free capacity suffices for this many more replicas.
    function _checkRoom(CapacityWord word, Shape memory shape, uint256 replicas) internal pure {
        Capacity memory c = word.unpacked();
        _checkFit(0, c.heldMillicores, shape.millicores * replicas, c.millicores);
        _checkFit(1, c.heldMemoryMiB, shape.memoryMiB * replicas, c.memoryMiB);
        _checkFit(2, c.heldDiskMiB, shape.diskMiB * replicas, c.diskMiB);
        _checkFit(3, c.heldGpus, shape.gpus * replicas, c.gpus);
    }

    function _checkFit(uint256 kind, uint256 held, uint256 asked, uint256 capacity) private pure {
        // A kind that is not requested is not checked, even when the capacity has shrunk below what is held. The caller chose
        // the requested amount, so no third party can shift it away from zero.
        // slither-disable-next-line incorrect-equality
        if (asked == 0 || held + asked <= capacity) return;
        revert Errors.CapacityExceeded(kind, asked, capacity > held ? capacity - held : 0);
    }

    /// The bond that a provider of this capacity must keep, in wei.
    function _requiredBond(Shape memory capacity) internal view returns (uint256) {
        return MIN_BOND + Bonds.weight(Bonds.units(capacity), BOND_PER_CORE);
    }

    function _checkIntake() internal view {
        if (_intakeStopped) revert Errors.IntakeStopped();
    }

    function _checkShape(Shape calldata shape) internal pure {
        if (shape.millicores == 0 || shape.memoryMiB == 0) revert Errors.EmptyShape();
    }

    function _checkBounds(uint256 replicas, uint256 min, uint256 max) internal pure {
        if (replicas < min || replicas > max) revert Errors.ReplicasOutOfBounds(replicas, min, max);
    }

    /// Whether a policy is consistent, contains the replica count, and fits a budget.
    /// @return highest The highest rate that the whole lease may reserve under the policy.
    function _checkPolicy(LeasePolicy calldata policy, uint256 replicas, uint256 reserved, uint256 maxRate)
        internal
        pure
        returns (uint256 highest)
    {
        if (!Accrual.sound(policy)) revert Errors.BadPolicy();
        _checkBounds(replicas, policy.minReplicas, policy.maxReplicas);
        return _checkRate(reserved, policy.maxReplicas, maxRate);
    }

    /// Whether a rate for each of the replicas fits a budget.
    function _checkRate(uint256 reserved, uint256 replicas, uint256 maxRate) internal pure returns (uint256 highest) {
        highest = reserved * replicas;
        if (highest > maxRate) revert Errors.RateTooHigh(highest, maxRate);
    }

    /// The policy in a lease's two words.
    function _leasePolicy(AccountWord account, ReservationWord reservation) internal pure returns (LeasePolicy memory) {
        Reservation memory r = reservation.unpacked();
        return LeasePolicy({
            minReplicas: account.unpacked().minReplicas,
            maxReplicas: r.maxReplicas,
            target: r.target,
            up: r.up,
            down: r.down,
            cooldown: r.cooldown,
            step: r.step,
            headroom: r.headroom
        });
    }

    /// The rate of the whole lease per second.
    function _rate(ReservationWord reservation, Terms calldata terms) internal pure returns (uint256) {
        return Accrual.rate(reservation, terms.rates.reserved);
    }

    function _owed(AccountWord account, ReservationWord reservation, uint256 rate) internal view returns (uint256) {
        return Accrual.owed(reservation, rate, account.paid(), _from(account), block.timestamp);
    }

    /// The time from which on a lease's reservation can still be claimed.
    function _from(AccountWord account) internal view returns (uint256) {
        return Math.max(account.settledAt(), _oldest());
    }

    /// The beginning of the claim window: what was reserved before it and not proven has lapsed.
    function _oldest() internal view returns (uint256) {
        return Math.saturatingSub(block.timestamp, CLAIM_WINDOW);
    }

    /// What can be withdrawn from a lease now: everything beyond what may be owed and the notice period's money. A
    /// closed lease has a rate of zero and keeps no notice.
    function _free(AccountWord account, ReservationWord reservation, uint256 rate) internal view returns (uint256) {
        return Math.saturatingSub(account.balance(), _owed(account, reservation, rate) + _notice(rate));
    }

    /// The notice period's money at a rate.
    function _notice(uint256 rate) internal view returns (uint256) {
        return Math.ceilDiv(rate * NOTICE_PERIOD, Accrual.SCALE);
    }

    function _prices(StoredOffer memory offer) internal pure returns (PriceList memory) {
        return PriceList({
            millicore: offer.millicore,
            memoryMiB: offer.memoryMiB,
            diskMiB: offer.diskMiB,
            gpu: offer.gpu,
            cpuSecond: offer.cpuSecond,
            memoryMiBSecond: offer.memoryMiBSecond,
            networkMiB: offer.networkMiB,
            networkKiBps: offer.networkKiBps
        });
    }

    function _hasAttribute(address provider, bytes32 attribute) internal view returns (bool) {
        return _attributes[provider][_providers[provider].attributes][attribute];
    }
}
