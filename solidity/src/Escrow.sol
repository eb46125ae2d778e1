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
import {AccountWord, ReservationWord} from "./types/Words.sol";

/// The vault. For each currency, what it holds is the sum of all lease balances, all earnings and all bonds.
///
/// Money comes in through `_receive` alone, which measures it: meanwhile nothing else may move money, so whatever takes
/// money in is `nonReentrant` and whatever lets it out refuses to run inside of that (`nonReentrantView`, a check without a
/// lock: money leaves only after the state says so, and a payee that calls back meets the new state).
abstract contract Escrow is IEscrow, MarketState, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @inheritdoc IEscrow
    function topUp(Currency currency, LeaseId lease, uint256 amount) external payable nonReentrant {
        // Check
        mapping(LeaseId => AccountWord) storage accounts = _accounts[currency];
        if (accounts[lease].settledAt() == 0) revert Errors.LeaseUnknown(lease);
        // Interaction, before the effect because what arrives has to be measured; the guard keeps others out meanwhile
        uint256 received = _receive(currency, amount);
        // Effect, on the account as it is now: a settlement moves no money of the vault's and may have come in between
        accounts[lease] = accounts[lease].credited(received);
        // Log
        emit ToppedUp(lease, msg.sender, received);
    }

    /// @inheritdoc IEscrow
    function withdraw(Terms calldata terms, uint256 amount) external nonReentrantView {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        if (amount == 0) revert Errors.NothingToPay();
        uint256 free = _free(account, reservation, _rate(reservation, terms));
        if (amount > free) revert Errors.InsufficientFunds(free, amount);
        // Effect
        _accounts[terms.currency][id] = account.debited(amount);
        // Interaction
        terms.currency.pay(msg.sender, amount);
        // Log
        emit Withdrawn(id, msg.sender, amount);
    }

    /// @inheritdoc IEscrow
    function refund(Terms calldata terms) external nonReentrantView {
        (LeaseId id, AccountWord account, ReservationWord reservation) = _lease(terms);
        if (reservation.maxReplicas() != 0) revert Errors.LeaseIsOpen(id);
        uint256 owed_ = _owed(account, reservation, _rate(reservation, terms));
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
        return _accounts[currency][lease].unpacked();
    }

    /// @inheritdoc IEscrow
    function reservationOf(LeaseId lease) external view returns (Reservation memory) {
        return _reservations[lease].unpacked();
    }

    /// @inheritdoc IEscrow
    function owed(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        return _owed(account, reservation, _rate(reservation, terms));
    }

    /// @inheritdoc IEscrow
    function withdrawable(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        return _free(account, reservation, _rate(reservation, terms));
    }

    /// @inheritdoc IEscrow
    function runway(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        uint256 rate = _rate(reservation, terms);
        return Accrual.runway(account.balance(), _owed(account, reservation, rate), rate);
    }

    /// @inheritdoc IEscrow
    function statusOf(Terms calldata terms) external view returns (Status) {
        LeaseId id = _id(terms);
        AccountWord account = _accounts[terms.currency][id];
        ReservationWord reservation = _reservations[id];
        if (account.settledAt() == 0) return Status.Unknown;
        if (reservation.maxReplicas() == 0) return Status.Closed;
        if (_owed(account, reservation, _rate(reservation, terms)) >= account.balance()) return Status.Exhausted;
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
    function _refund(LeaseId id, Terms calldata terms, AccountWord account, uint256 owed_)
        internal
        returns (uint256 amount)
    {
        // Check
        amount = Math.saturatingSub(account.balance(), owed_);
        if (amount == 0) return 0;
        // Effect
        _accounts[terms.currency][id] = account.debited(amount);
        // Interaction
        terms.currency.pay(terms.tenant, amount);
        // Log
        emit Refunded(id, terms.tenant, amount);
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
}
