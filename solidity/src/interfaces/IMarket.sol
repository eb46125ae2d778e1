// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeasePolicy, Order, Statement, Step, Terms} from "../types/DataTypes.sol";
import {LeaseId, OfferId} from "../types/Ids.sol";

/// Who sells what, and the life of a lease.
interface IMarket {
    /// A tenant took an offer.
    event LeaseOpened(
        LeaseId indexed lease,
        address indexed tenant,
        address indexed provider,
        OfferId offer,
        uint256 deposit,
        uint16 replicas,
        LeasePolicy policy,
        Terms terms
    );
    /// The replica count changed, and with it the reserved rate.
    event LeaseScaled(LeaseId indexed lease, uint16 replicas);
    /// A statement under the provider's root of an epoch justified the step that the LeaseScaled before this event names.
    /// @param from The replica count before.
    /// @param to The replica count now.
    /// @param usage The statement. Event feeds show arguments by name, so the name stays as it was first published.
    event StepProven(
        LeaseId indexed lease,
        address indexed provider,
        uint256 indexed epoch,
        uint256 from,
        uint256 to,
        Statement usage
    );
    /// A root was posted without a step that was to be taken by it.
    /// @param reason The error, as it would have reverted.
    event StepRefused(LeaseId indexed lease, address indexed provider, uint256 indexed epoch, bytes reason);
    /// The tenant changed the policy.
    event PolicySet(LeaseId indexed lease, LeasePolicy policy);
    /// A provider announced that it wants its machine back.
    event NoticeGiven(LeaseId indexed lease, uint256 until);
    /// Nothing accrues any more.
    event LeaseClosed(LeaseId indexed lease, address indexed by);

    /// Opens a lease from an offer, with its deposit, in one transaction. The provider holds capacity for the highest
    /// replica count from now on.
    /// @param deposit Base units of the offer's currency; at least the notice period's money at the first rate.
    /// @return The lease's id.
    /// @dev Emits LeaseOpened. Reverts with IntakeStopped, ConsentRequired, OfferClosed, EmptyShape, BadPolicy, ReplicasOutOfBounds, RateTooHigh,
    /// CapacityExceeded, LeaseExists, InsufficientFunds, WrongValue.
    function take(OfferId offer, Order calldata order, uint256 deposit) external payable returns (LeaseId);

    /// Sets the replica count, anywhere within the policy's bounds.
    /// @dev Emits LeaseScaled. Reverts with LeaseUnknown, LeaseIsClosed, NotAllowed unless called by the tenant,
    /// ReplicasOutOfBounds, and, when the count grows, InsufficientFunds when the balance cannot keep the notice period's
    /// money at the new rate. A smaller count is always granted.
    function scale(Terms calldata terms, uint16 replicas) external;

    /// Moves the replica count of a lease of the caller's as far as proven demand justifies. The statement has to be a leaf
    /// of the caller's newest root, which need not have matured, younger than the lease's last step of either side, and
    /// at most two epochs old. With n replicas at utilization u, which is the CPU they used of the CPU that those which were
    /// healthy had since the statement before, and the policy's target t:
    ///
    /// - up only when u is above `up`, and to at most ⌈n × u / t⌉ + headroom;
    /// - down only when u is below `down`, and to no fewer than ⌈n × u / t⌉;
    /// - within the policy's bounds, `step` replicas at a time, `cooldown` seconds after the last step or the opening;
    /// - only while the balance covers what may be owed and, going up, the notice period's money at the new rate;
    /// - to zero, where the policy's minimum is that, with a utilization of zero; from one replica also with any below `down`,
    ///   if the headroom is not zero, because then the provider can wake what it let sleep;
    /// - from zero to at most `headroom`, by any statement: what does not run proves no demand, so that waking is what the
    ///   tenant grants beforehand. With a headroom of zero the tenant alone wakes the lease.
    ///
    /// What this prevents, and what it does not. The provider measures the utilization itself, and the chain cannot
    /// recompute it. A provider that overstates it reaches the policy's maximum in steps, and one that understates it
    /// the minimum: the bounds, the step, the cooldown and the highest rate are what a tenant stakes on its provider's
    /// word. Set `up` to 100 or `down` to 0 to stake nothing in that direction, and, where the minimum is zero, `headroom`
    /// to 0: from zero it is granted without a look at `up`. What no statement can do: leave the
    /// bounds, skip a cooldown, justify two steps, grow a lease that cannot pay for its notice, or move one that may
    /// owe more than it has. More replicas are not more money by themselves: a replica earns what later statements
    /// prove of it. And a lie stays on record: the event carries the whole statement, whose counters, laid beside those
    /// of the one before, contradict a false utilization, which anyone can prove (`IFaults.proveFraud`); the tenant can answer
    /// at once by `scale`, `setPolicy` or `close`.
    ///
    /// A cooldown below the epoch's length lets an epoch that began before a step justify the next, so it should be
    /// longer; and one beyond the challenge window leaves time to settle between two steps, before which the unclaimed
    /// part of older statements stays owed.
    /// @dev Emits LeaseScaled and StepProven. Reverts with LeaseUnknown (also for a lease of another provider), LeaseIsClosed,
    /// RootUnknown, BadPath, StatementFromFuture, CooldownRunning, StatementUsed, StatementStale, SettlementDue when nothing
    /// was settled within the claim window (a step would keep the reservation from lapsing), ReplicasOutOfBounds,
    /// SameReplicas, StepTooLarge, DemandTooLow, DemandTooHigh, BeyondDemand, InsufficientFunds.
    function scaleByProof(Step calldata step) external;

    /// Posts the root of the caller's next epoch and takes steps by its statements, in one transaction. A step that is
    /// refused, perhaps because its tenant was faster, undoes neither the root nor the other steps.
    /// @dev Emits RootPosted, then for each step either what `scaleByProof` emits or StepRefused. Reverts like
    /// `IProofs.postRoot`.
    function postRootAndScale(uint256 epoch, bytes32 root, Step[] calldata steps) external;

    /// Replaces the policy of an open lease. Replica count, rate and integral stay: a policy whose bounds leave out the
    /// present count is refused rather than bent, because a count changes by `scale` alone. The provider holds capacity for
    /// the new highest count. The order's budget ends here: it is not stored, and the tenant's call is its consent to the
    /// highest rate that the new policy allows.
    /// @dev Emits PolicySet. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, LeaseIsClosed, BadPolicy,
    /// ReplicasOutOfBounds, RateTooHigh when the highest rate outgrows its field, CapacityExceeded.
    function setPolicy(Terms calldata terms, LeasePolicy calldata policy) external;

    /// Announces that the provider will close the lease after the notice period.
    /// @dev Emits NoticeGiven. Reverts with LeaseUnknown, LeaseIsClosed, NotAllowed unless called by the provider.
    function giveNotice(Terms calldata terms) external;

    /// Closes a lease and returns what is not owed. The tenant may at any time; the provider after its notice, or when
    /// the funds have been exhausted for the notice period. What is owed stays until it is settled or lapses, then
    /// `refund` returns the rest. A tenant that cannot receive its money closes all the same, and keeps it for `refund`.
    /// @dev Emits LeaseClosed and, when something is returned, Refunded. Reverts with LeaseUnknown, LeaseIsClosed, NotAllowed,
    /// NoticeRunning.
    function close(Terms calldata terms) external;
}
