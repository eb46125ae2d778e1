// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Spending} from "./abstracts/Spending.sol";
import {Tenancy} from "./abstracts/Tenancy.sol";
import {Vault} from "./abstracts/Vault.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {Terms} from "./types/DataTypes.sol";
import {LeaseId} from "./types/Ids.sol";
import {AccountWord, ReservationWord} from "./types/Words.sol";

/// The money of leases and the earnings of providers: deposits, withdrawals, refunds.
abstract contract Escrow is IEscrow, Tenancy, Spending, Vault {
    /// @inheritdoc IEscrow
    function topUp(Currency currency, LeaseId lease, uint256 amount) external payable nonReentrant {
        // Check
        mapping(LeaseId => AccountWord) storage accounts = _accounts[currency];
        AccountWord account = accounts[lease];
        if (account.settledAt() == 0) revert Errors.LeaseUnknown(lease);
        // Interaction, before the effect because it measures what arrives; the guard prevents re-entry
        uint256 received = _receive(currency, amount);
        if (account.bound()) _spend(currency, 0, received);
        // Effect, on the account as it is now: a settlement moves no money and may have run during the transfer
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
        _checkPayout(terms.currency, amount);
        // Effect
        _accounts[terms.currency][id] = account.debited(amount);
        if (account.bound()) _regain(msg.sender, terms.currency, amount);
        // Interaction
        terms.currency.pay(msg.sender, amount);
        // Log
        emit Withdrawn(id, msg.sender, amount);
    }

    /// @inheritdoc IEscrow
    function refund(Terms calldata terms) external nonReentrantView {
        // Check
        (LeaseId id, AccountWord account, ReservationWord reservation) = _lease(terms);
        if (reservation.maxReplicas() != 0) revert Errors.LeaseIsOpen(id);
        uint256 owed_ = _owed(account, reservation, _rate(reservation, terms));
        uint256 amount = Math.saturatingSub(account.balance(), owed_);
        if (amount == 0) revert Errors.NothingToPay();
        // Effect
        _accounts[terms.currency][id] = account.debited(amount);
        if (account.bound()) _regain(terms.tenant, terms.currency, amount);
        // Interaction
        terms.currency.pay(terms.tenant, amount);
        // Log
        emit Refunded(id, terms.tenant, amount);
    }

    /// @inheritdoc IEscrow
    function withdrawEarnings(Currency currency, address to, uint256 amount) external nonReentrantView {
        // Check
        mapping(Currency => uint256) storage mine = _earnings[msg.sender];
        uint256 available = mine[currency];
        if (amount == type(uint256).max) amount = available;
        if (amount == 0) revert Errors.NothingToPay();
        if (amount > available) revert Errors.InsufficientFunds(available, amount);
        // Paying a bound account its own earnings needs no consent.
        if (to != msg.sender) _checkPayout(currency, amount);
        // Effect
        mine[currency] = available - amount;
        // Interaction
        currency.pay(to, amount);
        // Log
        emit EarningsWithdrawn(msg.sender, currency, to, amount);
    }
}
