// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// The vault: the money of leases, the earnings of providers, and what may leave when.
interface IEscrow {
    /// Somebody added money to a lease.
    event ToppedUp(LeaseId indexed lease, address indexed from, uint256 amount);
    /// The tenant took money out of an open lease.
    event Withdrawn(LeaseId indexed lease, address indexed to, uint256 amount);
    /// Money of a closed lease went back to its tenant.
    event Refunded(LeaseId indexed lease, address indexed to, uint256 amount);
    /// A provider took earnings out.
    event EarningsWithdrawn(address indexed provider, Currency indexed currency, address to, uint256 amount);

    /// Adds money to a lease; anyone may. Requires the lease's own currency and, for the chain's coin, exactly `amount` as
    /// value. A closed lease takes it too: it pays what is still owed, and `refund` returns the rest to the tenant.
    /// @param amount Base units to take from the caller; what arrives is credited.
    /// @dev Emits ToppedUp. Reverts with LeaseUnknown (also when the currency is not the lease's), WrongValue,
    /// NothingReceived.
    function topUp(Currency currency, LeaseId lease, uint256 amount) external payable;

    /// Takes money out of an open lease. What may be owed to the provider and the notice period's money stay.
    /// @param amount Base units, paid to the tenant.
    /// @dev Emits Withdrawn. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, LeaseIsClosed, NothingToPay,
    /// InsufficientFunds.
    function withdraw(Terms calldata terms, uint256 amount) external;

    /// Returns what a closed lease no longer owes to its tenant; anyone may call. After the final statement is settled,
    /// or the claim window has passed, that is all of it.
    /// @dev Emits Refunded. Reverts with LeaseUnknown, LeaseIsOpen, NothingToPay.
    function refund(Terms calldata terms) external;

    /// Pays the caller's earnings out.
    /// @param to Who receives them.
    /// @param amount Base units; the highest number stands for all.
    /// @dev Emits EarningsWithdrawn. Reverts with NothingToPay, InsufficientFunds.
    function withdrawEarnings(Currency currency, address to, uint256 amount) external;
}
