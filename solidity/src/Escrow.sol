// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {MarketState} from "./abstracts/MarketState.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {Account, Reservation, Status, Terms} from "./types/DataTypes.sol";
import {LeaseId} from "./types/Ids.sol";
import {AccountSlot} from "./types/Slots.sol";

/// The vault. For each currency, what it holds is the sum of all lease balances, all earnings and all bonds.
///
/// Money comes in through `_receive` alone, which measures it: meanwhile nothing else may move money, so whatever takes
/// money in is `nonReentrant` and whatever lets it out refuses to run inside of that (`nonReentrantView`, a check without a
/// lock: money leaves only after the state says so, and a payee that calls back meets the new state).
abstract contract Escrow is IEscrow, MarketState, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @inheritdoc IEscrow
    function topUp(LeaseId lease, Currency currency, uint256 amount) external payable nonReentrant {
        // Check
        AccountSlot storage slot = _accounts[currency][lease];
        if (slot.load().settledAt == 0) revert Errors.LeaseUnknown(lease);
        // Interaction, before the effect because what arrives has to be measured; the guard keeps others out meanwhile
        uint256 received = _receive(currency, amount);
        // Effect
        Account memory account = slot.load();
        account.balance = (account.balance + received).toUint104();
        slot.store(account);
        // Log
        emit ToppedUp(lease, msg.sender, received);
    }

    /// @inheritdoc IEscrow
    function withdraw(Terms calldata terms, uint256 amount) external nonReentrantView {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, Account memory account, Reservation memory reservation) = _openLease(terms);
        if (amount == 0) revert Errors.NothingToPay();
        uint256 free = _free(account, _curve(reservation, terms.rates.reserved));
        if (amount > free) revert Errors.InsufficientFunds(free, amount);
        // Effect
        _debit(id, terms.currency, account, amount);
        // Interaction
        terms.currency.pay(msg.sender, amount);
        // Log
        emit Withdrawn(id, msg.sender, amount);
    }

    /// @inheritdoc IEscrow
    function refund(Terms calldata terms) external nonReentrantView {
        (LeaseId id, Account memory account, Reservation memory reservation) = _lease(terms);
        if (reservation.maxReplicas != 0) revert Errors.LeaseIsOpen(id);
        uint256 owed_ = _owed(account, _curve(reservation, terms.rates.reserved));
        if (_refund(id, terms, account, owed_) == 0) revert Errors.NothingToPay();
    }

    /// @inheritdoc IEscrow
    function withdrawEarnings(Currency currency, address to, uint256 amount) external nonReentrantView {
        // Check
        mapping(Currency => uint256) storage mine = _earnings[msg.sender];
        uint256 available = mine[currency];
        if (amount == type(uint256).max) amount = available;
        if (amount == 0) revert Errors.NothingToPay();
        if (amount > available) revert Errors.InsufficientFunds(available, amount);
        // Effect
        mine[currency] = available - amount;
        // Interaction
        currency.pay(to, amount);
        // Log
        emit EarningsWithdrawn(msg.sender, currency, to, amount);
    }

    /// @inheritdoc IEscrow
    function earnings(address provider, Currency currency) external view returns (uint256) {
        return _earnings[provider][currency];
    }

    /// @inheritdoc IEscrow
    function accountOf(LeaseId lease, Currency currency) external view returns (Account memory) {
        return _accounts[currency][lease].load();
    }

    /// @inheritdoc IEscrow
    function reservationOf(LeaseId lease) external view returns (Reservation memory) {
        return _reservations[lease].load();
    }

    /// @inheritdoc IEscrow
    function owed(Terms calldata terms) external view returns (uint256) {
        (, Account memory account, Reservation memory reservation) = _lease(terms);
        return _owed(account, _curve(reservation, terms.rates.reserved));
    }

    /// @inheritdoc IEscrow
    function withdrawable(Terms calldata terms) external view returns (uint256) {
        (, Account memory account, Reservation memory reservation) = _lease(terms);
        return _free(account, _curve(reservation, terms.rates.reserved));
    }

    /// @inheritdoc IEscrow
    function runway(Terms calldata terms) external view returns (uint256) {
        (, Account memory account, Reservation memory reservation) = _lease(terms);
        Accrual.Curve memory curve = _curve(reservation, terms.rates.reserved);
        return Accrual.runway(account.balance, _owed(account, curve), curve.rate);
    }

    /// @inheritdoc IEscrow
    function statusOf(Terms calldata terms) external view returns (Status) {
        LeaseId id = _id(terms);
        Account memory account = _accounts[terms.currency][id].load();
        Reservation memory reservation = _reservations[id].load();
        if (account.settledAt == 0) return Status.Unknown;
        if (reservation.maxReplicas == 0) return Status.Closed;
        if (_owed(account, _curve(reservation, terms.rates.reserved)) >= account.balance) return Status.Exhausted;
        return Status.Active;
    }

    /// @inheritdoc IEscrow
    function idOf(Terms calldata terms) external view returns (LeaseId) {
        return _id(terms);
    }

    /// Takes money from the caller. Callers are `nonReentrant`.
    function _receive(Currency currency, uint256 amount) internal returns (uint256 received) {
        received = currency.pull(msg.sender, amount);
        if (received == 0) revert Errors.NothingReceived();
    }

    /// Returns to the tenant what a closed lease does not owe.
    function _refund(LeaseId id, Terms calldata terms, Account memory account, uint256 owed_)
        internal
        returns (uint256 amount)
    {
        // Check
        amount = Math.saturatingSub(account.balance, owed_);
        if (amount == 0) return 0;
        // Effect
        _debit(id, terms.currency, account, amount);
        // Interaction
        terms.currency.pay(terms.tenant, amount);
        // Log
        emit Refunded(id, terms.tenant, amount);
    }

    /// Takes an amount off a lease's balance.
    function _debit(LeaseId id, Currency currency, Account memory account, uint256 amount) private {
        // Callers take at most the balance.
        unchecked {
            // forge-lint: disable-next-line(unsafe-typecast)
            account.balance -= uint104(amount);
        }
        _accounts[currency][id].store(account);
    }

    function _curve(Reservation memory reservation, uint256 ratePerReplica)
        internal
        pure
        returns (Accrual.Curve memory)
    {
        // The lease's rate never exceeds its uint104 budget.
        unchecked {
            return Accrual.Curve({
                integral: reservation.integral, since: reservation.since, rate: ratePerReplica * reservation.replicas
            });
        }
    }

    function _owed(Account memory account, Accrual.Curve memory curve) internal view returns (uint256) {
        return Accrual.owed(curve, account.paid, _from(account.settledAt), block.timestamp);
    }

    /// From when on a lease's reservation can still be claimed.
    function _from(uint256 settledAt) internal view returns (uint256) {
        return Math.max(settledAt, _oldest());
    }

    /// The beginning of the claim window: what was reserved before it and nobody proved has lapsed.
    function _oldest() internal view returns (uint256) {
        return Math.saturatingSub(block.timestamp, CLAIM_WINDOW);
    }

    /// What may leave the lease now: all but what may be owed and the notice period's money. A closed lease has a rate of
    /// zero and keeps no notice.
    function _free(Account memory account, Accrual.Curve memory curve) internal view returns (uint256) {
        return Math.saturatingSub(account.balance, _owed(account, curve) + _notice(curve.rate));
    }

    /// The notice period's money at a rate.
    function _notice(uint256 rate) internal view returns (uint256) {
        return Math.ceilDiv(rate * NOTICE_PERIOD, Accrual.SCALE);
    }
}
