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

/// What a lease's life does to the two words of the lease and to its provider's capacity; no money moves here.
abstract contract Tenancy is MarketState {
    using SafeCast for uint256;

    /// Opens a lease, for which the provider's capacity is held already.
    /// @param received Base units that are in the vault for it.
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

    /// Writes the two words of a lease that begins now.
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

    /// Ends a lease: nothing accrues any more, and its capacity is free.
    function _end(LeaseId id, Terms calldata terms, AccountWord account, ReservationWord reservation) internal {
        _hold(terms.provider, terms.shape, reservation.maxReplicas(), 0);
        _reservations[id] = _stepped(account, reservation, _rate(reservation, terms), 0).closed();
        emit IMarket.LeaseClosed(id, msg.sender);
    }

    /// The integral moved to now, and a new replica count, and with it a new rate.
    /// @param rate Of the whole lease, until now.
    function _stepped(AccountWord account, ReservationWord reservation, uint256 rate, uint256 replicas)
        internal
        view
        returns (ReservationWord)
    {
        // Below 2^104 × 2^32, as the lease's rate and the time since its opening are.
        uint256 integral = Accrual.carried(reservation, rate, account.paid(), _from(account), block.timestamp);
        return reservation.moved(integral, block.timestamp, replicas);
    }

    /// The reservation of a lease whose provider's silence is confirmed, ended at the newest root: nothing later can be
    /// proven, so nothing later is owed. Its count, and what accrues from now on, stay.
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

    /// Whether a provider's outage is confirmed and lasts: its newest root is the one of the report.
    function _silent(address provider) internal view returns (bool) {
        Outage memory outage = _outages[provider];
        // Epochs are counted: the same number is the same root.
        // slither-disable-next-line incorrect-equality
        return outage.confirmed && outage.epoch == _providers[provider].epoch;
    }

    /// What a provider holds for a lease changes from one highest replica count to another.
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

    /// Whether there is room for so many replicas more.
    function _checkRoom(CapacityWord word, Shape memory shape, uint256 replicas) internal pure {
        Capacity memory c = word.unpacked();
        _checkFit(0, c.heldMillicores, shape.millicores * replicas, c.millicores);
        _checkFit(1, c.heldMemoryMiB, shape.memoryMiB * replicas, c.memoryMiB);
        _checkFit(2, c.heldDiskMiB, shape.diskMiB * replicas, c.diskMiB);
        _checkFit(3, c.heldGpus, shape.gpus * replicas, c.gpus);
    }

    function _checkFit(uint256 kind, uint256 held, uint256 asked, uint256 capacity) private pure {
        // A kind that is not asked for stands in nobody's way, even when the capacity has shrunk below what is held. What is
        // asked is what a caller states: nobody can make it miss zero.
        // slither-disable-next-line incorrect-equality
        if (asked == 0 || held + asked <= capacity) return;
        revert Errors.CapacityExceeded(kind, asked, capacity > held ? capacity - held : 0);
    }

    /// The bond that a provider of so much capacity has to keep, in wei.
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

    /// Whether a policy can be kept, holds the replica count, and fits a budget.
    /// @return highest The rate that the policy allows the whole lease to reserve.
    function _checkPolicy(LeasePolicy calldata policy, uint256 replicas, uint256 reserved, uint256 maxRate)
        internal
        pure
        returns (uint256 highest)
    {
        if (!Accrual.sound(policy)) revert Errors.BadPolicy();
        _checkBounds(replicas, policy.minReplicas, policy.maxReplicas);
        return _checkRate(reserved, policy.maxReplicas, maxRate);
    }

    /// Whether a rate for each of so many replicas fits a budget.
    function _checkRate(uint256 reserved, uint256 replicas, uint256 maxRate) internal pure returns (uint256 highest) {
        highest = reserved * replicas;
        if (highest > maxRate) revert Errors.RateTooHigh(highest, maxRate);
    }

    /// The policy that a lease's words hold.
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

    /// What the whole lease reserves a second.
    function _rate(ReservationWord reservation, Terms calldata terms) internal pure returns (uint256) {
        return Accrual.rate(reservation, terms.rates.reserved);
    }

    function _owed(AccountWord account, ReservationWord reservation, uint256 rate) internal view returns (uint256) {
        return Accrual.owed(reservation, rate, account.paid(), _from(account), block.timestamp);
    }

    /// From when on a lease's reservation can still be claimed.
    function _from(AccountWord account) internal view returns (uint256) {
        return Math.max(account.settledAt(), _oldest());
    }

    /// The beginning of the claim window: what was reserved before it and nobody proved has lapsed.
    function _oldest() internal view returns (uint256) {
        return Math.saturatingSub(block.timestamp, CLAIM_WINDOW);
    }

    /// What may leave the lease now: all but what may be owed and the notice period's money. A closed lease has a rate of
    /// zero and keeps no notice.
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
