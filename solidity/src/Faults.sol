// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {MarketState} from "./abstracts/MarketState.sol";
import {Spending} from "./abstracts/Spending.sol";
import {Statements} from "./abstracts/Statements.sol";
import {Tenancy} from "./abstracts/Tenancy.sol";
import {Vault} from "./abstracts/Vault.sol";
import {IFaults} from "./interfaces/IFaults.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Bonds} from "./libraries/Bonds.sol";
import {Errors} from "./libraries/Errors.sol";
import {Physics} from "./libraries/Physics.sol";
import {Currency} from "./types/Currency.sol";
import {
    Capacity,
    Dispute,
    Fraud,
    Leaf,
    Outage,
    Parameters,
    Provider,
    Shape,
    Statement,
    Terms
} from "./types/DataTypes.sol";
import {LeaseId} from "./types/Ids.sol";
import {AccountWord, CapacityWord, ReservationWord} from "./types/Words.sol";

/// The part of the market for faults of providers: frauds that statements prove, silence, and disputes. It is the last part:
/// a function that it does not know does not exist.
// Value received here belongs to the market and leaves it as earnings.
// slither-disable-next-line locked-ether
contract Faults is IFaults, Tenancy, Spending, Statements, Vault {
    using SafeCast for uint256;

    Currency private constant ETH = Currency.wrap(address(0));

    constructor(Parameters memory p) MarketState(p) {}

    /// @inheritdoc IFaults
    function proveFraud(Terms calldata terms, Fraud kind, Leaf[] calldata leaves) external {
        // Check
        (LeaseId id, AccountWord account, ReservationWord reservation) = _lease(terms);
        if (_frauds[id]) revert Errors.FraudKnown(id);
        if (leaves.length != (kind == Fraud.Excess ? 1 : 2)) revert Errors.BadEvidence();
        for (uint256 i = 0; i < leaves.length; ++i) {
            _checkLeaf(terms.provider, id, leaves[i]);
        }
        bool proven = kind == Fraud.Excess
            ? _exceeds(terms.shape, reservation, leaves[0].statement)
            : _contradict(terms.shape, reservation, kind, leaves[0], leaves[1]);
        if (!proven) revert Errors.NoFraud();
        // Effect and Log
        _frauds[id] = true;
        _void(id, account, reservation);
        uint256 slashed = _slash(terms.provider, terms.tenant, msg.sender, _fraudShare(terms.provider));
        emit FraudProven(id, terms.provider, msg.sender, kind, slashed);
    }

    /// @inheritdoc IFaults
    function reportSilence(address provider) external {
        // Check
        Provider storage p = _providers[provider];
        if (p.registeredAt == 0) revert Errors.NotRegistered(provider);
        // A provider that holds no capacity for others owes no roots.
        bool owes = _capacities[provider].unpacked().heldMillicores != 0;
        uint256 until = Math.max(p.rootAt, p.registeredAt) + MISSED_EPOCHS * EPOCH_LENGTH;
        if (!owes || block.timestamp < until) revert Errors.NotSilent(provider);
        Outage storage outage = _outages[provider];
        if (outage.reportedAt != 0 && outage.epoch == p.epoch) revert Errors.SilenceKnown(provider, p.epoch);
        // Effect
        _outages[provider] = Outage({
            epoch: p.epoch,
            reportedAt: block.timestamp.toUint32(),
            reportedBlock: block.number.toUint64(),
            confirmed: false
        });
        // Log
        emit SilenceReported(provider, p.epoch, msg.sender);
    }

    /// @inheritdoc IFaults
    function confirmSilence(address provider) external {
        // Check
        Outage memory outage = _outages[provider];
        if (outage.reportedAt == 0) revert Errors.NotReported(provider);
        if (outage.epoch != _providers[provider].epoch) revert Errors.NotSilent(provider);
        if (outage.confirmed) revert Errors.SilenceKnown(provider, outage.epoch);
        // Both conditions, so that neither a halted chain nor a burst of blocks can shorten the grace period.
        uint256 until = outage.reportedAt + EPOCH_LENGTH;
        uint256 untilBlock = outage.reportedBlock + GRACE_BLOCKS;
        bool over = block.timestamp >= until && block.number >= untilBlock;
        if (!over) revert Errors.GraceRunning(until, untilBlock);
        // Effect
        _outages[provider].confirmed = true;
        // Log
        emit SilenceConfirmed(provider, outage.epoch);
    }

    /// @inheritdoc IFaults
    function creditOutage(Terms calldata terms) external {
        // Check
        address provider = terms.provider;
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        if (!_silent(provider)) revert Errors.NoOutage(provider);
        Outage memory outage = _outages[provider];
        uint256 credited = uint256(outage.epoch) + 1; // the epoch may be 0
        if (_credited[id] == credited) revert Errors.CreditPaid(id, outage.epoch);
        // Prevents draining a silent provider's bond by opening or growing leases after it fell silent.
        uint256 stood = Math.max(account.settledAt(), reservation.since());
        uint256 latest = Math.saturatingSub(outage.reportedAt, MISSED_EPOCHS * EPOCH_LENGTH);
        if (stood > latest) revert Errors.LeaseTooYoung(stood, latest);
        // Effect and Log
        _credited[id] = credited;
        _reservations[id] = _cut(account, reservation, _rate(reservation, terms), provider);
        uint256 credit = Bonds.weight(Bonds.units(terms.shape) * reservation.replicas(), CREDIT_PER_CORE);
        uint256 slashed = _slash(provider, terms.tenant, msg.sender, credit);
        emit OutageCredited(id, provider, outage.epoch, slashed);
    }

    /// @inheritdoc IFaults
    function dispute(Terms calldata terms, bytes32 evidence) external payable nonReentrant {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _lease(terms);
        if (msg.value != DISPUTE_DEPOSIT) revert Errors.WrongValue(msg.value, DISPUTE_DEPOSIT);
        Provider storage provider = _providers[terms.provider];
        if (provider.registeredAt == 0) revert Errors.NotRegistered(terms.provider);
        Dispute memory last = _disputes[id];
        if (last.deposit != 0) revert Errors.DisputeRunning(id);
        if (block.timestamp < last.again) revert Errors.DisputeTooSoon(last.again);
        bool over = reservation.maxReplicas() == 0 && _owed(account, reservation, 0) == 0;
        if (over) revert Errors.LeaseIsClosed(id);
        // Effect
        uint256 until = block.timestamp + DISPUTE_WINDOW;
        _disputes[id] = Dispute({deposit: msg.value.toUint96(), until: until.toUint32(), again: last.again});
        _accounts[terms.currency][id] = account.freeze();
        ++provider.disputes;
        // Log
        emit DisputeOpened(id, terms.provider, until, evidence);
    }

    /// @inheritdoc IFaults
    function rule(Terms calldata terms, bool forTenant, uint256 slash) external {
        // Check
        _checkArbiters();
        (LeaseId id, AccountWord account, ReservationWord reservation) = _lease(terms);
        uint256 until = _deadline(id);
        if (block.timestamp >= until) revert Errors.RulingLate(until);
        uint256 most = forTenant ? _fraudShare(terms.provider) : 0;
        if (slash > most) revert Errors.SlashTooHigh(slash, most);
        // Effect and Log
        _conclude(id, terms, account, forTenant ? terms.tenant : terms.provider);
        if (forTenant) _void(id, account, reservation);
        uint256 slashed = slash == 0 ? 0 : _slash(terms.provider, terms.tenant, address(0), slash);
        emit DisputeEnded(id, terms.provider, true, forTenant, slashed);
    }

    /// @inheritdoc IFaults
    function endDispute(Terms calldata terms) external {
        // Check
        (LeaseId id, AccountWord account,) = _lease(terms);
        uint256 until = _deadline(id);
        if (block.timestamp < until) revert Errors.RulingAwaited(until);
        // Effect
        _conclude(id, terms, account, terms.tenant);
        // Log
        emit DisputeEnded(id, terms.provider, false, false, 0);
    }

    /// @inheritdoc IFaults
    function disputeOf(LeaseId lease) external view returns (Dispute memory) {
        return _disputes[lease];
    }

    /// @inheritdoc IFaults
    function outageOf(address provider) external view returns (Outage memory) {
        return _outages[provider];
    }

    /// @inheritdoc IFaults
    function fraudKnown(LeaseId lease) external view returns (bool) {
        return _frauds[lease];
    }

    /// Whether a leaf is under the root of the epoch that it names. The epoch decides the order of roots here, so it
    /// must be the root's own: a path alone would also fit an older root of the same slot of the ring.
    function _checkLeaf(address provider, LeaseId id, Leaf calldata leaf) private view {
        if (!_isKept(provider, leaf.epoch)) revert Errors.RootUnknown(provider, leaf.epoch);
        bytes32 root = MerkleProof.processProofCalldata(leaf.path, _leaf(id, leaf.statement));
        _checkPosted(provider, leaf.epoch, root, leaf.statement.time);
    }

    /// Whether one statement alone cannot be true. The reservation in total is known only while the curve's point is
    /// the opening, and not for a statement from before it.
    function _exceeds(Shape calldata shape, ReservationWord reservation, Statement calldata statement)
        private
        view
        returns (bool)
    {
        if (Physics.beyondShape(shape, statement)) return true;
        uint256 since = reservation.since();
        if (!reservation.atOpening() || statement.time < since) return false;
        return Physics.beyondCount(reservation, statement.replicaSeconds, statement.time - since, EPOCH_LENGTH);
    }

    /// Whether two statements cannot both be true.
    function _contradict(
        Shape calldata shape,
        ReservationWord reservation,
        Fraud kind,
        Leaf calldata a,
        Leaf calldata b
    ) private view returns (bool) {
        (Statement calldata earlier, Statement calldata later) = (a.statement, b.statement);
        if (kind == Fraud.Twins) {
            if (a.epoch != b.epoch) revert Errors.BadEvidence();
            return keccak256(abi.encode(earlier)) != keccak256(abi.encode(later));
        }
        bool ordered = earlier.time < later.time || earlier.time == later.time && a.epoch < b.epoch;
        if (!ordered) revert Errors.BadEvidence();
        if (kind == Fraud.Fall) return Physics.fell(earlier, later);
        if (kind == Fraud.Utilization) {
            // A statement that was posted again covers no time and repeats the utilization of the first.
            if (b.epoch != a.epoch + 1 || earlier.time == later.time) revert Errors.BadEvidence();
            return Physics.misstated(shape, earlier, later);
        }
        return _outgrows(reservation, earlier, later);
    }

    /// Whether an open lease counted more between two statements than its replicas could spend. Its count has been
    /// constant since its last step, and the provider had an epoch to follow that step.
    function _outgrows(ReservationWord reservation, Statement calldata earlier, Statement calldata later)
        private
        view
        returns (bool)
    {
        if (reservation.maxReplicas() == 0 || earlier.time < reservation.since() + EPOCH_LENGTH) return false;
        uint256 grown = Math.saturatingSub(later.replicaSeconds, earlier.replicaSeconds);
        return Physics.beyondCount(reservation, grown, later.time - earlier.time, EPOCH_LENGTH);
    }

    /// The lease owes nothing for the time before now: R becomes what was paid.
    function _void(LeaseId id, AccountWord account, ReservationWord reservation) private {
        uint256 integral = account.paid() * Accrual.SCALE; // within R before, and so within its field
        _reservations[id] = reservation.moved(integral, block.timestamp, reservation.replicas());
    }

    /// Takes from a bond, at most all of it, and distributes it.
    /// @param reporter 0: there is no reporter, and the reporter's share is burned too.
    function _slash(address provider, address tenant, address reporter, uint256 amount)
        private
        returns (uint256 slashed)
    {
        // Effect
        uint256 bond = _providers[provider].bond;
        slashed = Math.min(amount, bond);
        bond -= slashed;
        (uint256 toTenant, uint256 toReporter, uint256 burned) = Bonds.shares(slashed);
        if (reporter == address(0)) (toReporter, burned) = (0, burned + toReporter);
        _providers[provider].bond = bond.toUint96();
        _earnings[tenant][ETH] += toTenant;
        _earnings[reporter][ETH] += toReporter;
        _earnings[address(0)][ETH] += burned; // no account can call as address 0
        _stopSelling(provider, bond);
        // Log
        emit Slashed(provider, slashed, toTenant, toReporter, burned);
    }

    /// A provider whose bond no longer covers its capacity can sell none. What leases hold stays.
    function _stopSelling(address provider, uint256 bond) private {
        CapacityWord word = _capacities[provider];
        Capacity memory c = word.unpacked();
        Shape memory capacity = Shape(c.millicores, c.memoryMiB, c.diskMiB, c.gpus);
        if (bond < _requiredBond(capacity)) _capacities[provider] = word.resized(Shape(0, 0, 0, 0));
    }

    /// The cost of a fraud, and the limit of a ruling.
    function _fraudShare(address provider) private view returns (uint256) {
        return _providers[provider].bond * FRAUD_SHARE / Bonds.FULL;
    }

    /// The deadline of an open dispute's ruling.
    function _deadline(LeaseId id) private view returns (uint256) {
        Dispute memory open = _disputes[id];
        if (open.deposit == 0) revert Errors.NoDispute(id);
        return open.until;
    }

    /// Ends a dispute: its deposit goes to one side, and the lease can be settled again, but not disputed for a claim
    /// window.
    function _conclude(LeaseId id, Terms calldata terms, AccountWord account, address winner) private {
        _earnings[winner][ETH] += _disputes[id].deposit;
        _disputes[id] = Dispute({deposit: 0, until: 0, again: (block.timestamp + CLAIM_WINDOW).toUint32()});
        _accounts[terms.currency][id] = account.thaw();
        --_providers[terms.provider].disputes;
    }
}
