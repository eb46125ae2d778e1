// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeasePolicy, Order, Statement, Step, Terms} from "../types/DataTypes.sol";
import {LeaseId, OfferId} from "../types/Ids.sol";

/// The life of a lease: opening from an offer, scaling, policy, notice, closing.
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
    /// A statement under the provider's root of an epoch justified the step of the preceding LeaseScaled.
    /// @param from The replica count before.
    /// @param to The replica count now.
    /// @param usage The statement. The API's event feed shows arguments by name, so this argument keeps its published
    /// name.
    event StepProven(
        LeaseId indexed lease,
        address indexed provider,
        uint256 indexed epoch,
        uint256 from,
        uint256 to,
        Statement usage
    );
    /// A root was posted without one of the steps that the call requested.
    /// @param reason The error with which the step reverted.
    event StepRefused(LeaseId indexed lease, address indexed provider, uint256 indexed epoch, bytes reason);
    /// The tenant changed the policy.
    event PolicySet(LeaseId indexed lease, LeasePolicy policy);
    /// A provider gave notice that it will close the lease.
    event NoticeGiven(LeaseId indexed lease, uint256 until);
    /// A lease was closed: nothing accrues any more.
    event LeaseClosed(LeaseId indexed lease, address indexed by);

    /// Opens a lease from an offer, with its deposit, in one transaction. From then on the provider holds capacity for
    /// the highest replica count.
    /// @param deposit Base units of the offer's currency; at least the notice period's money at the first rate.
    /// @return The lease's id.
    /// @dev Emits LeaseOpened. Reverts with IntakeStopped, ConsentRequired, OfferClosed, EmptyShape, BadPolicy,
    /// ReplicasOutOfBounds, RateTooHigh, CapacityExceeded, LeaseExists, InsufficientFunds, WrongValue.
    function take(OfferId offer, Order calldata order, uint256 deposit) external payable returns (LeaseId);

    /// Sets the replica count, anywhere within the policy's bounds.
    /// @dev Emits LeaseScaled. Reverts with LeaseUnknown, LeaseIsClosed, NotAllowed unless called by the tenant,
    /// ReplicasOutOfBounds, and, when the count grows, InsufficientFunds when the balance does not cover the notice
    /// period at the new rate. A lower count is always granted.
    function scale(Terms calldata terms, uint16 replicas) external;

    /// Moves the replica count of a lease of the caller as far as proven demand justifies. The statement must be a leaf
    /// of the caller's newest root, which need not be mature. It must be younger than the lease's last step of either
    /// side, and at most two epochs old. With n replicas at utilization u, the CPU time used relative to the CPU time
    /// of the healthy replicas since the previous statement, and the policy's target t:
    ///
    /// - up only when u is above `up`, and to at most ⌈n × u / t⌉ + headroom;
    /// - down only when u is below `down`, and to no fewer than ⌈n × u / t⌉;
    /// - within the policy's bounds, by at most `step` replicas, at least `cooldown` seconds after the last step or the
    ///   opening;
    /// - only while the balance covers what may be owed and, going up, the notice period's money at the new rate;
    /// - to zero, where the policy's minimum is zero, with a utilization of zero; from one replica also with any
    ///   utilization below `down`, if the headroom is not zero, because the provider can then scale up from zero again;
    /// - from zero to at most `headroom`, by any statement: a lease without replicas proves no demand, so the tenant
    ///   grants this count in advance. With a headroom of zero only the tenant scales up from zero.
    ///
    /// Limits of the guarantee. The provider measures the utilization itself, and the chain cannot recompute it. A
    /// provider that overstates it reaches the policy's maximum in steps, and one that understates it the minimum:
    /// bounds, step, cooldown and the highest rate limit what a tenant trusts its provider with. Set `up` to 100 or
    /// `down` to 0 to trust nothing in that direction and, where the minimum is zero, `headroom` to 0, because the step
    /// from zero ignores `up`. No statement can leave the bounds, skip a cooldown, justify two steps, grow a lease that
    /// cannot pay for its notice, or move one that may owe more than it has. More replicas alone earn nothing: a
    /// replica earns what later statements prove. A false utilization stays on record: the event carries the whole
    /// statement, whose counters, compared with those of the previous statement, contradict it, and anyone can prove
    /// that (`IFaults.proveFraud`). The tenant can react at once by `scale`, `setPolicy` or `close`.
    ///
    /// A cooldown shorter than the epoch lets an epoch that began before a step justify the next step, so the cooldown
    /// should be longer than an epoch. A cooldown longer than the challenge window leaves time to settle between two
    /// steps; until a settlement, the unclaimed part of older statements stays owed.
    /// @dev Emits LeaseScaled and StepProven. Reverts with LeaseUnknown (also for a lease of another provider),
    /// LeaseIsClosed, RootUnknown, BadPath, StatementFromFuture, CooldownRunning, StatementUsed, StatementStale,
    /// SettlementDue when nothing was settled within the claim window (a step would keep the reservation from lapsing),
    /// ReplicasOutOfBounds, SameReplicas, StepTooLarge, DemandTooLow, DemandTooHigh, BeyondDemand, InsufficientFunds.
    function scaleByProof(Step calldata step) external;

    /// Posts the root of the caller's next epoch and takes steps by its statements, in one transaction. A refused step,
    /// perhaps because the tenant scaled first, reverts neither the root nor the other steps.
    /// @dev Emits RootPosted, then for each step either what `scaleByProof` emits or StepRefused. Reverts like
    /// `IProofs.postRoot`.
    function postRootAndScale(uint256 epoch, bytes32 root, Step[] calldata steps) external;

    /// Replaces the policy of an open lease. Replica count, rate and integral stay: a policy whose bounds exclude the
    /// current count is refused, because only `scale` changes a count. The provider holds capacity for the new highest
    /// count. The order's budget no longer applies: it is not stored, and the tenant's call is its consent to the
    /// highest rate that the new policy allows.
    /// @dev Emits PolicySet. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, LeaseIsClosed,
    /// BadPolicy, ReplicasOutOfBounds, RateTooHigh when the highest rate overflows its field, CapacityExceeded.
    function setPolicy(Terms calldata terms, LeasePolicy calldata policy) external;

    /// Announces that the provider will close the lease after the notice period.
    /// @dev Emits NoticeGiven. Reverts with LeaseUnknown, LeaseIsClosed, NotAllowed unless called by the provider.
    function giveNotice(Terms calldata terms) external;

    /// Closes a lease and returns what is not owed. The tenant may close at any time; the provider after its notice, or
    /// when the funds have been exhausted for the notice period. What is owed stays until it is settled or lapses, then
    /// `refund` returns the rest. When the transfer to the tenant fails, the lease closes all the same and keeps the
    /// money for `refund`.
    /// @dev Emits LeaseClosed and, when something is returned, Refunded. Reverts with LeaseUnknown, LeaseIsClosed,
    /// NotAllowed, NoticeRunning.
    function close(Terms calldata terms) external;
}
