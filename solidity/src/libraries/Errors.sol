// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Bound} from "../types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "../types/Ids.sol";

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

    /// The provider has not announced that it leaves.
    error ExitNotAnnounced(address provider);
    /// The provider's exit delay runs until the given time.
    error ExitRunning(uint256 until);
    /// A dispute about a lease of the provider waits for its ruling.
    error DisputesOpen(address provider);
    /// The list is longer than the market takes.
    error TooMany(uint256 count, uint256 most);
    /// The arbiters have stopped the intake of new leases, orders, bids and providers.
    error IntakeStopped();

    // Orders and leases
    /// The shape asks for no CPU or no memory.
    error EmptyShape();
    /// The policy contradicts itself.
    error BadPolicy();
    /// The replica count is outside the policy's bounds.
    error ReplicasOutOfBounds(uint256 replicas, uint256 min, uint256 max);
    /// The highest rate of the lease would exceed the order's budget, or what a rate can be.
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

    // Approvals
    /// The bound account's action exceeds a limit of its policy: it needs its approvers' consents.
    error ConsentRequired(address account, Bound limit, uint256 asked, uint256 allowed);
    /// The arbiters' account neither called nor consented.
    error NotArbiters(address caller);
    /// The account is free: nothing of it takes consents.
    error NotBound(address account);
    /// The approvers are not those of the account, or not ascending, or the account is one of its own, or the threshold is
    /// not between 1 and their number.
    error BadApprovers();
    /// The account has taken an action with this nonce.
    error NonceUsed(address account, uint256 nonce);
    /// The consents held until the given time.
    error ConsentExpired(uint256 expiry);
    /// The signatures are not in the ascending order of their approvers, or one approver signs twice.
    error ConsentUnordered(address approver);
    /// The caller, or whose signature this is, is no approver of the account. A signature of anything else but this action, under
    /// the policy in force, is of an unknown key.
    error NotApprover(address account);
    /// The approver has taken back its consent to this action.
    error ConsentRevoked(address approver);
    /// Fewer approvers consent than the account's policy asks for.
    error ConsentsMissing(uint256 consents, uint256 threshold);

    // Orders and bids
    /// The tenant has opened exactly this order before; choose another salt.
    error OrderExists(OrderId order);
    /// The order is not open: it was never opened, or was cancelled, or a bid has won it.
    error OrderClosed(OrderId order);
    /// A deadline of the order or of the bid is too early or too late.
    error BadDeadlines(uint256 deadline, uint256 earliest, uint256 latest);
    /// Bids on the order were taken before the given time only.
    error BiddingOver(uint256 until);
    /// The order requires an attribute that the provider has not registered.
    error AttributeMissing(bytes32 attribute);
    /// The provider's bid on exactly these terms holds already.
    error BidExists(BidId bid);
    /// All of the order's places are taken; name a live bid to displace.
    error BidsFull(uint256 most);
    /// The bid's reserved rate is not below that of the bid that it would displace.
    error NotBetter(uint256 reserved, uint256 displaced);
    /// The order could be accepted until the given time only.
    error AcceptanceOver(uint256 until);
    /// No such bid, or it has won or was released.
    error BidClosed(BidId bid);
    /// The bid bound its provider until the given time only.
    error BidExpired(uint256 expiry);
    /// The bid may still win, and binds its provider until the given time.
    error BidHeld(uint256 until);
    /// The lease cannot go on there: another tenant, shape, currency or manifest; another order than it came from; or money
    /// that counts in a bound account's exposure beside money that does not.
    error NotAlike();

    // Steps by proof
    /// The lease stands at this count already.
    error SameReplicas(uint256 replicas);
    /// The lease's last step is too young for another by its provider.
    error CooldownRunning(uint256 until);
    /// One step may not move so many replicas.
    error StepTooLarge(uint256 moved, uint256 step);
    /// The utilization is not above the policy's upper threshold (basis points).
    error DemandTooLow(uint256 utilization, uint256 up);
    /// The utilization is not below the policy's lower threshold (basis points).
    error DemandTooHigh(uint256 utilization, uint256 down);
    /// The replica count is beyond what the proven demand justifies: the highest count going up, the lowest going down.
    error BeyondDemand(uint256 replicas, uint256 limit);
    /// The statement is not younger than the lease's last step, which may be the one that it has justified.
    error StatementUsed(uint256 time, uint256 since);
    /// The statement is too old to speak of present demand.
    error StatementStale(uint256 time, uint256 oldest);
    /// The provider has settled nothing of the lease within the claim window, and a step would keep it from lapsing.
    error SettlementDue(uint256 settledAt, uint256 oldest);

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
    /// The signature is not that of the tenant, or of the approver for which it is given.
    error BadSignature();

    // Faults
    /// A fraud of this lease's provider has been proven by its statements before.
    error FraudKnown(LeaseId lease);
    /// The evidence has too few or too many statements, or not in the order of their times and epochs.
    error BadEvidence();
    /// What the statements say may be true.
    error NoFraud();
    /// The provider owes no root: it has posted one in time, or it holds nothing for anybody.
    error NotSilent(address provider);
    /// The provider's silence since this epoch was reported, or confirmed, before.
    error SilenceKnown(address provider, uint256 epoch);
    /// Nobody has reported the provider's silence.
    error NotReported(address provider);
    /// The reported provider may post a root until the given time and the given block.
    error GraceRunning(uint256 until, uint256 untilBlock);
    /// No outage of the provider is confirmed, or it has posted a root since.
    error NoOutage(address provider);
    /// The lease had its credit for the outage that began with this epoch.
    error CreditPaid(LeaseId lease, uint256 epoch);
    /// The lease was opened, stepped or proven while its provider was silent, or just before.
    error LeaseTooYoung(uint256 since, uint256 latest);
    /// The lease is disputed already.
    error DisputeRunning(LeaseId lease);
    /// The lease was disputed before, and cannot be again until the given time.
    error DisputeTooSoon(uint256 until);
    /// The lease is not disputed.
    error NoDispute(LeaseId lease);
    /// The arbiters could rule the dispute until the given time.
    error RulingLate(uint256 until);
    /// The arbiters may rule the dispute until the given time.
    error RulingAwaited(uint256 until);
    /// A ruling for the tenant takes at most the fraud share of the bond, and one for the provider nothing.
    error SlashTooHigh(uint256 slash, uint256 most);
}
