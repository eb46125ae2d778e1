// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeaseId, OfferId} from "../types/Ids.sol";

/// Every way in which a call can be refused.
library Errors {
    // Parameters
    /// A parameter of the deployment contradicts another or is zero.
    error BadParameters();

    // Providers and offers
    /// The bond is below the minimum.
    error BondTooSmall(uint256 bond, uint256 required);
    /// The account is registered as a provider already.
    error AlreadyRegistered(address provider);
    /// The account is not registered as a provider.
    error NotRegistered(address provider);
    /// The provider still holds capacity for leases that are not closed.
    error LeasesOpen(address provider);
    /// Roots of the provider may still be settled or contested until the given time.
    error RootsPending(uint256 until);
    /// No such offer, or it was withdrawn.
    error OfferClosed(OfferId offer);

    // Orders and leases
    /// The shape asks for no CPU or no memory.
    error EmptyShape();
    /// The policy contradicts itself.
    error BadPolicy();
    /// The replica count is outside the policy's bounds.
    error ReplicasOutOfBounds(uint256 replicas, uint256 min, uint256 max);
    /// The highest rate of the lease would exceed the order's budget.
    error RateTooHigh(uint256 rate, uint256 maxRate);
    /// The provider has too little free capacity of the named kind (0 millicores, 1 MiB of memory, 2 MiB of disk, 3 GPUs).
    error CapacityExceeded(uint256 kind, uint256 asked, uint256 free);
    /// The tenant has opened a lease on exactly these terms before; choose another salt.
    error LeaseExists(LeaseId lease);
    /// No lease was opened on these terms or in this currency.
    error LeaseUnknown(LeaseId lease);
    /// The lease is closed.
    error LeaseIsClosed(LeaseId lease);
    /// The lease is still open.
    error LeaseIsOpen(LeaseId lease);
    /// The caller has no right to this action.
    error NotAllowed(address caller);
    /// The provider may close this lease only after the given time.
    error NoticeRunning(uint256 until);

    // Money
    /// The value sent with the call is not the amount that it names.
    error WrongValue(uint256 sent, uint256 expected);
    /// The amount is zero, or a token delivered nothing.
    error NothingReceived();
    /// The lease's money does not cover what it must keep.
    error InsufficientFunds(uint256 available, uint256 required);
    /// There is nothing to pay out.
    error NothingToPay();

    // Proofs
    /// The epoch is not the one after the provider's newest.
    error WrongEpoch(uint256 epoch, uint256 expected);
    /// The provider's last root is too young for another.
    error RootTooSoon(uint256 until);
    /// The provider has no root of this epoch, or it is no longer kept.
    error RootUnknown(address provider, uint256 epoch);
    /// The root has not matured yet.
    error RootImmature(uint256 until);
    /// The path does not lead from the statement to the root.
    error BadPath();
    /// The statement speaks of a time after its root or after this block.
    error StatementFromFuture(uint256 time);
    /// The statement is older than the claim window; the reservation has lapsed to the tenant.
    error StatementLapsed(uint256 time, uint256 oldest);
    /// The signature is not the tenant's.
    error BadSignature();
}
