// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Dispute, Fraud, Leaf, Outage, Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// Faults of providers that can be proven, reported or disputed, and what a provider's bond pays for each.
///
/// A slash goes to the harmed tenant for three quarters and to the reporter for a tenth, both as earnings in the native
/// coin. The rest is burned, so that self-reporting costs money. A provider whose bond no longer covers its capacity
/// can sell none until it adds to the bond and registers its capacity again.
interface IFaults {
    /// Leaves proved a fraud; the lease owes nothing for the time before.
    event FraudProven(
        LeaseId indexed lease, address indexed provider, address indexed reporter, Fraud kind, uint256 slashed
    );
    /// An account reported that a provider posts no roots.
    event SilenceReported(address indexed provider, uint256 epoch, address reporter);
    /// The provider posted no root within the grace period.
    event SilenceConfirmed(address indexed provider, uint256 epoch);
    /// A lease received its service credit, and owes nothing beyond its silent provider's newest root.
    event OutageCredited(LeaseId indexed lease, address indexed provider, uint256 epoch, uint256 slashed);
    /// A tenant disputes what the chain cannot see; until the dispute ends, nothing of the lease is paid.
    /// @param evidence Hash of the evidence for the arbiters.
    event DisputeOpened(LeaseId indexed lease, address indexed provider, uint256 until, bytes32 evidence);
    /// The dispute ended.
    /// @param ruled Whether the arbiters ruled; otherwise the deadline passed and the provider's proofs are valid.
    event DisputeEnded(LeaseId indexed lease, address indexed provider, bool ruled, bool forTenant, uint256 slashed);
    /// A provider's bond was slashed.
    event Slashed(address indexed provider, uint256 amount, uint256 toTenant, uint256 toReporter, uint256 burned);

    /// Proves a fraud by leaves under roots of the lease's provider that are still kept; anyone may call. A lease's
    /// fraud costs the fraud share of the provider's bond, once.
    ///
    /// - Excess, one leaf: CPU or memory beyond the shape × its replica-seconds; or, while the point of the lease's
    ///   curve is still its opening, more replica-seconds than its replicas could spend since then, plus the policy's
    ///   highest count for one epoch.
    /// - Growth, two leaves of an open lease, the earlier an epoch or more after its last step: more replica-seconds
    ///   than its replicas could spend between them, plus the policy's highest count for one epoch.
    /// - Fall, two leaves in the order of their times, and of their epochs when the times are equal: a counter of the
    ///   later is lower.
    /// - Twins, two leaves under one root: they differ.
    /// - Utilization, two leaves under successive roots, the later of a later time: its utilization differs by more
    ///   than one basis point from the one that CPU time and replica-seconds between them give (rounded down, at most
    ///   65,535; zero without replica-seconds).
    ///
    /// The epoch at the highest count tolerates a provider that followed a step which a chain reorganization reverted,
    /// and the epoch after a step tolerates the time that stopping containers takes.
    /// @dev Emits FraudProven and Slashed. Reverts with LeaseUnknown, FraudKnown, RootUnknown, BadPath,
    /// StatementFromFuture, BadEvidence, NoFraud.
    function proveFraud(Terms calldata terms, Fraud kind, Leaf[] calldata leaves) external;

    /// Reports that a provider which holds capacity for leases or bids posted no root for the time of the missed
    /// epochs. The provider then has the grace blocks to post one; they also cover a chain that halted.
    /// @dev Emits SilenceReported. Reverts with NotRegistered, NotSilent, SilenceKnown.
    function reportSilence(address provider) external;

    /// Confirms a report after the grace period. The outage lasts until the provider's next root.
    /// @dev Emits SilenceConfirmed. Reverts with NotReported, NotSilent when the provider has posted, GraceRunning,
    /// SilenceKnown.
    function confirmSilence(address provider) external;

    /// Pays a lease its service credit for its provider's confirmed outage, once, and ends what it owes at the
    /// provider's newest root; anyone may call, for the reporter's share. The lease's count must be unchanged, and
    /// nothing newer settled, for the time of the missed epochs before the report: a tenant takes its credit before it
    /// steps or closes.
    /// @dev Emits OutageCredited and Slashed. Reverts with LeaseUnknown, LeaseIsClosed, NoOutage, CreditPaid,
    /// LeaseTooYoung.
    function creditOutage(Terms calldata terms) external;

    /// Disputes what the chain cannot see, with the dispute's deposit as value: an open lease, or a closed one that
    /// still owes money. Nothing of the lease is paid until the dispute ends. The dispute does not make claims lapse
    /// that the provider makes as its roots mature; claims that it left unmade for more than the claim window minus the
    /// dispute window may lapse.
    /// @dev Emits DisputeOpened. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, WrongValue,
    /// DisputeRunning, DisputeTooSoon, NotRegistered when the provider has left, LeaseIsClosed when nothing is owed any
    /// more.
    function dispute(Terms calldata terms, bytes32 evidence) external payable;

    /// Rules a dispute before its deadline; the lease cannot be disputed again for a claim window. For the tenant: the
    /// lease owes nothing for the time before, the bond pays, the deposit is returned. For the provider: the deposit
    /// becomes its earnings, and the frozen claims can be made.
    /// @param slash Wei to take from the bond in a ruling for the tenant, at most the fraud share of the bond;
    /// otherwise 0. There is no reporter, so the reporter's share is burned.
    /// @dev Emits Slashed when the bond pays, then DisputeEnded. Reverts with NotArbiters, LeaseUnknown, NoDispute,
    /// RulingLate, SlashTooHigh.
    function rule(Terms calldata terms, bool forTenant, uint256 slash) external;

    /// Ends a dispute that the arbiters did not rule in time: the provider's proofs are valid, the deposit is returned
    /// to the tenant, and the lease cannot be disputed again for a claim window; anyone may call.
    /// @dev Emits DisputeEnded. Reverts with LeaseUnknown, NoDispute, RulingAwaited.
    function endDispute(Terms calldata terms) external;

    function disputeOf(LeaseId lease) external view returns (Dispute memory);
    function outageOf(address provider) external view returns (Outage memory);
    function fraudKnown(LeaseId lease) external view returns (bool);
}
