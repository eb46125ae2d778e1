// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Dispute, Fraud, Leaf, Outage, Terms} from "../types/DataTypes.sol";
import {LeaseId} from "../types/Ids.sol";

/// What a provider can be shown to have done wrong, and what its bond pays for it.
///
/// Whatever is taken from a bond goes to the harmed tenant for three quarters and to the reporter for a tenth, both as
/// earnings in the chain's coin; the rest is burned, so that nobody gains by reporting itself. A provider whose bond no
/// longer covers its capacity has none to sell until it has added to it and registered its capacity anew.
interface IFaults {
    /// Leaves proved a fraud; the lease owes nothing for what lies before.
    event FraudProven(
        LeaseId indexed lease, address indexed provider, address indexed reporter, Fraud kind, uint256 slashed
    );
    /// Somebody reported that a provider posts no roots.
    event SilenceReported(address indexed provider, uint256 epoch, address reporter);
    /// The provider had its grace and posted none.
    event SilenceConfirmed(address indexed provider, uint256 epoch);
    /// A lease had its service credit, and owes nothing beyond its silent provider's newest root.
    event OutageCredited(LeaseId indexed lease, address indexed provider, uint256 epoch, uint256 slashed);
    /// A tenant disputes what cannot be seen on chain; meanwhile nothing of the lease is paid.
    /// @param evidence Hash of what the tenant shows the arbiters.
    event DisputeOpened(LeaseId indexed lease, address indexed provider, uint256 until, bytes32 evidence);
    /// The dispute ended.
    /// @param ruled Whether the arbiters ruled; else the deadline passed, and the provider's proofs stand.
    event DisputeEnded(LeaseId indexed lease, address indexed provider, bool ruled, bool forTenant, uint256 slashed);
    /// A provider's bond paid.
    event Slashed(address indexed provider, uint256 amount, uint256 toTenant, uint256 toReporter, uint256 burned);

    /// Proves a fraud by leaves under roots of the lease's provider that are still kept; anyone may. One fraud of a lease costs
    /// the fraud share of the provider's bond, once.
    ///
    /// - Excess, one leaf: CPU or memory beyond the shape × its replica-seconds; or, while the point of the lease's curve is
    ///   still its opening, more replica-seconds than its replicas could spend since then, and the policy's highest count
    ///   in an epoch.
    /// - Growth, two leaves of an open lease, the earlier an epoch or more after its last step: more replica-seconds than its
    ///   replicas could spend between them, and the policy's highest count in an epoch.
    /// - Fall, two leaves in the order of their times, and of their epochs when the times are equal: a counter of the later
    ///   is lower.
    /// - Twins, two leaves under one root: they differ.
    /// - Utilization, two leaves under successive roots, the later of a later time: its utilization is more than a basis
    ///   point off what the CPU time and replica-seconds between them make it (rounded down, at most 65,535; none without
    ///   replica-seconds).
    ///
    /// The epoch at the highest count pardons a provider that followed a step which a reorganization of the chain took back,
    /// and the epoch after a step one that takes its time to stop containers.
    /// @dev Emits FraudProven and Slashed. Reverts with LeaseUnknown, FraudKnown, RootUnknown, BadPath, StatementFromFuture,
    /// BadEvidence, NoFraud.
    function proveFraud(Terms calldata terms, Fraud kind, Leaf[] calldata leaves) external;

    /// Reports that a provider which holds capacity for somebody has posted no root for the missed epochs' time. From now on it has the grace blocks to post
    /// one: a chain that stood still gives it that time too.
    /// @dev Emits SilenceReported. Reverts with NotRegistered, NotSilent, SilenceKnown.
    function reportSilence(address provider) external;

    /// Confirms a report after the grace. The outage lasts until the provider's next root.
    /// @dev Emits SilenceConfirmed. Reverts with NotReported, NotSilent when it has posted, GraceRunning, SilenceKnown.
    function confirmSilence(address provider) external;

    /// Pays a lease its service credit for its provider's confirmed outage, once, and ends what it owes at the provider's newest
    /// root; anyone may, for the reporter's share. The lease has to have stood at its count, with nothing newer settled,
    /// for the missed epochs' time before the report: so a tenant takes its credit before it steps or closes.
    /// @dev Emits OutageCredited and Slashed. Reverts with LeaseUnknown, LeaseIsClosed, NoOutage, CreditPaid, LeaseTooYoung.
    function creditOutage(Terms calldata terms) external;

    /// Disputes what the chain cannot see, with the dispute's deposit as value: an open lease, or a closed one that still owes
    /// something. Nothing of the lease is paid until it ends. What the provider claims as its roots mature does not lapse
    /// for that; what it left lying for more than the claim window less the dispute window may.
    /// @dev Emits DisputeOpened. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, WrongValue, DisputeRunning,
    /// DisputeTooSoon, NotRegistered when the provider has left, LeaseIsClosed when nothing is owed any more.
    function dispute(Terms calldata terms, bytes32 evidence) external payable;

    /// Rules a dispute before its deadline; the lease cannot be disputed again for a claim window. For the tenant: the lease owes nothing for what lies before, the bond pays, the deposit goes back. For the
    /// provider: the deposit is its earnings, and what was frozen can be claimed.
    /// @param slash Wei to take from the bond when it is for the tenant, at most the fraud share of it; else 0. Nobody reported,
    /// so a reporter's share is burned.
    /// @dev Emits Slashed when something is taken, then DisputeEnded. Reverts with NotArbiters, LeaseUnknown, NoDispute,
    /// RulingLate, SlashTooHigh.
    function rule(Terms calldata terms, bool forTenant, uint256 slash) external;

    /// Ends a dispute that the arbiters left alone: the provider's proofs stand, the deposit goes back to the tenant, and the lease
    /// cannot be disputed again for a claim window; anyone may.
    /// @dev Emits DisputeEnded. Reverts with LeaseUnknown, NoDispute, RulingAwaited.
    function endDispute(Terms calldata terms) external;

    function disputeOf(LeaseId lease) external view returns (Dispute memory);
    function outageOf(address provider) external view returns (Outage memory);
    function fraudKnown(LeaseId lease) external view returns (bool);
}
