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
    /// - Excess, one leaf: CPU or memory beyond the shape × its replica-seconds; or, before the lease's first step, more
    ///   replica-seconds than its replicas could spend since the opening and one epoch.
    /// - Growth, two leaves, the earlier not before the lease's last step: more replica-seconds than its replicas could
    ///   spend between them and one epoch.
    /// - Fall, two leaves in the order of their times: a counter of the later is lower.
    /// - Twins, two leaves under one root: they differ.
    /// - Utilization, two leaves under successive roots: the later's is more than a basis point off what the CPU time and
    ///   replica-seconds between them make it.
    /// @dev Emits FraudProven and Slashed. Reverts with LeaseUnknown, FraudKnown, RootUnknown, BadPath, StatementFromFuture,
    /// BadEvidence, NoFraud.
    function proveFraud(Terms calldata terms, Fraud kind, Leaf[] calldata leaves) external;

    /// Reports that a provider has posted no root for the missed epochs' time. From now on it has the grace blocks to post
    /// one: a chain that stood still gives it that time too.
    /// @dev Emits SilenceReported. Reverts with NotRegistered, NotSilent, SilenceKnown.
    function reportSilence(address provider) external;

    /// Confirms a report after the grace. The outage lasts until the provider's next root.
    /// @dev Emits SilenceConfirmed. Reverts with NotReported, NotSilent when it has posted, GraceRunning, SilenceKnown.
    function confirmSilence(address provider) external;

    /// Pays a lease its service credit for its provider's confirmed outage, once, and ends what it owes at the provider's newest
    /// root; anyone may, for the reporter's share.
    /// @dev Emits OutageCredited and Slashed. Reverts with LeaseUnknown, LeaseIsClosed, NoOutage, CreditPaid.
    function creditOutage(Terms calldata terms) external;

    /// Disputes what the chain cannot see, with the dispute's deposit as value. Nothing of the lease is paid until it ends; nothing
    /// of it lapses for that.
    /// @dev Emits DisputeOpened. Reverts with NotAllowed unless called by the tenant, LeaseUnknown, WrongValue, DisputeRunning,
    /// DisputeTooSoon, NotRegistered when the provider has left.
    function dispute(Terms calldata terms, bytes32 evidence) external payable;

    /// Rules a dispute. For the tenant: the lease owes nothing for what lies before, the bond pays, the deposit goes back. For the
    /// provider: the deposit is its earnings, and what was frozen can be claimed.
    /// @param slash Wei to take from the bond when it is for the tenant, at most the fraud share of it.
    /// @dev Emits DisputeEnded. Reverts with NotArbiters, NoDispute, RulingLate, SlashTooHigh.
    function rule(Terms calldata terms, bool forTenant, uint256 slash) external;

    /// Ends a dispute that the arbiters left alone: the provider's proofs stand, the deposit goes back to the tenant, and the lease
    /// cannot be disputed again for a claim window; anyone may.
    /// @dev Emits DisputeEnded. Reverts with NoDispute, RulingAwaited.
    function endDispute(Terms calldata terms) external;

    function disputeOf(LeaseId lease) external view returns (Dispute memory);
    function outageOf(address provider) external view returns (Outage memory);
    function fraudKnown(LeaseId lease) external view returns (bool);
}
