// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bound} from "../types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "../types/Ids.sol";

/// All errors of the market. ERRORS.md is their manual.
library Errors {
    // Parameters
    /// A parameter of the deployment contradicts another or is zero.
    error BadParameters();

    // Providers and offers
    /// The bond does not cover the capacity.
    error BondTooSmall(uint256 bond, uint256 required);
    /// The account is already registered as a provider.
    error AlreadyRegistered(address provider);
    /// The account is not registered as a provider.
    error NotRegistered(address provider);
    /// The provider still holds capacity for leases that are not closed or bids that are not released.
    error LeasesOpen(address provider);
    /// Roots of the provider can still be settled or contested until the given time.
    error RootsPending(uint256 until);
    /// The offer does not exist or was withdrawn.
    error OfferClosed(OfferId offer);

    /// The provider has not announced its exit.
    error ExitNotAnnounced(address provider);
    /// The provider's exit delay ends at the given time.
    error ExitRunning(uint256 until);
    /// A dispute about a lease of the provider is open.
    error DisputesOpen(address provider);
    /// The list is longer than the market accepts.
    error TooMany(uint256 count, uint256 most);
    /// The arbiters stopped the intake of new leases, orders, bids and providers.
    error IntakeStopped();

    // Orders and leases
    /// The shape has no CPU or no memory.
    error EmptyShape();
    /// The lease policy contradicts itself.
    error BadPolicy();
    /// The replica count is outside the policy's bounds.
    error ReplicasOutOfBounds(uint256 replicas, uint256 min, uint256 max);
    /// The highest rate of the lease would exceed the order's budget, or the size of its field.
    error RateTooHigh(uint256 rate, uint256 maxRate);
    /// The provider has too little free capacity of the named kind (0 millicores, 1 MiB of memory, 2 MiB of disk, 3
    /// GPUs).
    error CapacityExceeded(uint256 kind, uint256 asked, uint256 free);
    /// The tenant has opened a lease on the same terms before; choose another salt.
    error LeaseExists(LeaseId lease);
    /// No lease was opened on these terms or in this currency.
    error LeaseUnknown(LeaseId lease);
    /// The lease is closed.
    error LeaseIsClosed(LeaseId lease);
    /// The lease is still open.
    error LeaseIsOpen(LeaseId lease);
    /// The caller may not take this action.
    error NotAllowed(address caller);
    /// The provider can close this lease only from the given time on.
    error NoticeRunning(uint256 until);

    // Approvals
    /// The bound account's action exceeds a limit of its spending policy: it needs its approvers' consents.
    error ConsentRequired(address account, Bound limit, uint256 asked, uint256 allowed);
    /// The arbiters' account neither called nor consented.
    error NotArbiters(address caller);
    /// The account is free: it has no approvers.
    error NotBound(address account);
    /// The approvers are not those of the account, or not ascending, or include the account itself, or the threshold is
    /// not between 1 and their number.
    error BadApprovers();
    /// The account has already taken an action with this nonce.
    error NonceUsed(address account, uint256 nonce);
    /// The consents expired at the given time.
    error ConsentExpired(uint256 expiry);
    /// The signatures are not in the ascending order of their approvers, or one approver signed twice.
    error ConsentUnordered(address approver);
    /// The caller, or the signer, is not an approver of the account. A signature of another action, or under another
    /// version of the spending policy, recovers to an unknown signer.
    error NotApprover(address account);
    /// The approver has revoked its consent to this action.
    error ConsentRevoked(address approver);
    /// Fewer approvers consent than the account's spending policy requires.
    error ConsentsMissing(uint256 consents, uint256 threshold);

    // Orders and bids
    /// The tenant has opened an identical order before; choose another salt.
    error OrderExists(OrderId order);
    /// The order is not open: it was never opened, was cancelled, or a bid won it.
    error OrderClosed(OrderId order);
    /// A deadline of the order or of the bid is too early or too late.
    error BadDeadlines(uint256 deadline, uint256 earliest, uint256 latest);
    /// The bidding on the order ended at the given time.
    error BiddingOver(uint256 until);
    /// The order requires an attribute that the provider has not registered.
    error AttributeMissing(bytes32 attribute);
    /// The provider already has a live bid on the same terms.
    error BidExists(BidId bid);
    /// The order has the highest number of live bids; name a live bid to displace.
    error BidsFull(uint256 most);
    /// The bid's reserved rate is not below that of the bid to displace.
    error NotBetter(uint256 reserved, uint256 displaced);
    /// Bids on the order could be accepted until the given time.
    error AcceptanceOver(uint256 until);
    /// The bid does not exist, has won, or was released.
    error BidClosed(BidId bid);
    /// The bid bound its provider until the given time.
    error BidExpired(uint256 expiry);
    /// The bid can still win, and binds its provider until the given time.
    error BidHeld(uint256 until);
    /// The lease cannot move there: another tenant, shape, currency or manifest; another order than the one from which
    /// it came; or money that counts in a bound account's exposure would join money that does not.
    error NotAlike();

    // Steps by proof
    /// The lease already has this count.
    error SameReplicas(uint256 replicas);
    /// The cooldown since the lease's last step ends at the given time.
    error CooldownRunning(uint256 until);
    /// The step moves more replicas than the policy allows.
    error StepTooLarge(uint256 moved, uint256 step);
    /// The utilization is not above the policy's upper threshold (basis points).
    error DemandTooLow(uint256 utilization, uint256 up);
    /// The utilization is not below the policy's lower threshold (basis points).
    error DemandTooHigh(uint256 utilization, uint256 down);
    /// The replica count is beyond what the proven demand justifies: the highest count going up, the lowest going down.
    error BeyondDemand(uint256 replicas, uint256 limit);
    /// The statement is not younger than the lease's last step, which it may have justified.
    error StatementUsed(uint256 time, uint256 since);
    /// The statement is too old to prove current demand.
    error StatementStale(uint256 time, uint256 oldest);
    /// The provider has settled nothing of the lease within the claim window, and a step would keep the reservation
    /// from lapsing.
    error SettlementDue(uint256 settledAt, uint256 oldest);

    // Money
    /// The value of the call is not the amount that the call names.
    error WrongValue(uint256 sent, uint256 expected);
    /// The amount is zero, or the token transferred nothing.
    error NothingReceived();
    /// The lease's money does not cover what must stay in it.
    error InsufficientFunds(uint256 available, uint256 required);
    /// There is nothing to pay out.
    error NothingToPay();

    // Proofs
    /// The epoch is not the provider's newest + 1.
    error WrongEpoch(uint256 epoch, uint256 expected);
    /// The minimum spacing since the provider's last root ends at the given time.
    error RootTooSoon(uint256 until);
    /// The provider has no root of this epoch, or it is no longer kept.
    error RootUnknown(address provider, uint256 epoch);
    /// The root matures at the given time.
    error RootImmature(uint256 until);
    /// The path does not lead from the statement to the root.
    error BadPath();
    /// The statement's time is after its root or after this block.
    error StatementFromFuture(uint256 time);
    /// The statement is older than the claim window; its reservation has lapsed to the tenant.
    error StatementLapsed(uint256 time, uint256 oldest);
    /// The signature is not that of the tenant, or of the approver that it names.
    error BadSignature();

    // Faults
    /// A fraud about this lease was proven before.
    error FraudKnown(LeaseId lease);
    /// The evidence has too few or too many statements, or not in the order of their times and epochs.
    error BadEvidence();
    /// The statements prove no fraud of this kind.
    error NoFraud();
    /// The provider owes no root: it posted one in time, or holds no capacity for others.
    error NotSilent(address provider);
    /// The provider's silence since this epoch is already reported or confirmed.
    error SilenceKnown(address provider, uint256 epoch);
    /// The provider's silence was not reported.
    error NotReported(address provider);
    /// The reported provider can post a root until both the given time and the given block.
    error GraceRunning(uint256 until, uint256 untilBlock);
    /// The provider has no confirmed outage, or has posted a root since.
    error NoOutage(address provider);
    /// The lease has received its credit for the outage that began with this epoch.
    error CreditPaid(LeaseId lease, uint256 epoch);
    /// The lease was opened, stepped or settled while its provider was silent, or just before.
    error LeaseTooYoung(uint256 since, uint256 latest);
    /// A dispute about the lease is already open.
    error DisputeRunning(LeaseId lease);
    /// The lease was disputed before, and can be disputed again at the given time.
    error DisputeTooSoon(uint256 until);
    /// The lease has no open dispute.
    error NoDispute(LeaseId lease);
    /// The deadline of the ruling was the given time.
    error RulingLate(uint256 until);
    /// The arbiters can rule the dispute until the given time.
    error RulingAwaited(uint256 until);
    /// A ruling for the tenant may take at most the fraud share of the bond, and one for the provider nothing.
    error SlashTooHigh(uint256 slash, uint256 most);
}
