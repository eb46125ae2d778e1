// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// The vault: the money of leases, the earnings of providers, and the conditions for withdrawing both.
interface IEscrow {
    /// An account added money to a lease.
    event ToppedUp(LeaseId indexed lease, address indexed from, uint256 amount);
    /// The tenant withdrew money from an open lease.
    event Withdrawn(LeaseId indexed lease, address indexed to, uint256 amount);
    /// Money of a closed lease was returned to its tenant.
    event Refunded(LeaseId indexed lease, address indexed to, uint256 amount);
    /// A provider withdrew earnings.
    event EarningsWithdrawn(address indexed provider, Currency indexed currency, address to, uint256 amount);

    /// Adds money to a lease; anyone may call. Requires the lease's own currency and, for the native coin, exactly
    /// `amount` as value. A closed lease accepts a top-up too: it pays what is still owed, and `refund` returns the
    /// rest to the tenant.
    /// @param amount Base units to take from the caller; the lease is credited with the amount received.
    /// @dev Emits ToppedUp. Reverts with LeaseUnknown (also when the currency is not the lease's), WrongValue,
    /// NothingReceived.
    function topUp(Currency currency, LeaseId lease, uint256 amount) external payable;

    /// Withdraws money from an open lease. What may be owed to the provider and the notice period's money stay.
    /// @param amount Base units, paid to the tenant.
    /// @dev Emits Withdrawn. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, LeaseIsClosed,
    /// NothingToPay, InsufficientFunds.
    function withdraw(Terms calldata terms, uint256 amount) external;

    /// Returns to the tenant what a closed lease no longer owes; anyone may call. After the final statement is settled,
    /// or after the claim window, that is the whole balance.
    /// @dev Emits Refunded. Reverts with LeaseUnknown, LeaseIsOpen, NothingToPay.
    function refund(Terms calldata terms) external;

    /// Pays the caller's earnings out.
    /// @param to The recipient.
    /// @param amount Base units; type(uint256).max for everything.
    /// @dev Emits EarningsWithdrawn. Reverts with NothingToPay, InsufficientFunds.
    function withdrawEarnings(Currency currency, address to, uint256 amount) external;
}
