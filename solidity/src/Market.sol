// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Proofs} from "./Proofs.sol";
import {Consenting} from "./abstracts/Consenting.sol";
import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {IConsents} from "./interfaces/IConsents.sol";
import {IMarket} from "./interfaces/IMarket.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Elasticity} from "./libraries/Elasticity.sol";
import {Errors} from "./libraries/Errors.sol";
import {
    Consents,
    LeasePolicy,
    Order,
    Parameters,
    Rates,
    Statement,
    Step,
    StoredOffer,
    Terms
} from "./types/DataTypes.sol";
import {LeaseId, OfferId} from "./types/Ids.sol";
import {AccountWord, ReservationWord, SpendingPolicyWord} from "./types/Words.sol";

/// Tidemark's market: the life of a lease. Escrow holds the money and Proofs turns it into earnings; less frequent
/// functions are in the parts behind this contract (see IPart).
///
/// Everything has one address, so a user approves one address and signs for one domain, and no step of a lease pays for
/// a call between contracts. The market has no owner and cannot be upgraded.
contract Market is IMarket, IConsents, Proofs, Consenting, Part {
    constructor(Parameters memory p, address next) MarketState(p) Part(next) {}

    /// @inheritdoc IConsents
    function approved(address account, bytes calldata call, Consents calldata consents)
        external
        payable
        returns (bytes memory result)
    {
        // Check
        if (msg.sender != account && account != ARBITERS) revert Errors.NotAllowed(msg.sender);
        if (block.timestamp > consents.expiry) revert Errors.ConsentExpired(consents.expiry);
        address[] calldata approvers = consents.approvers;
        SpendingPolicyWord policy = _spendingPolicy(account, approvers);
        bytes32 callHash = keccak256(call);
        bytes32 action = _action(account, callHash, msg.value, consents.nonce, consents.expiry, policy);
        _checkConsents(action, _key(account, action, policy), policy, approvers, consents.signatures);
        // Effect
        _useNonce(account, consents.nonce);
        // Log
        emit ActionTaken(action, account, consents.nonce);
        // Interaction with the market itself, which may use the grant; afterwards the grant is void
        _granted = _grant(account, callHash);
        result = Address.functionDelegateCall(address(this), call);
        _granted = 0;
    }

    /// @inheritdoc IMarket
    function take(OfferId offerId, Order calldata order, uint256 deposit)
        external
        payable
        nonReentrant
        returns (LeaseId id)
    {
        // Check
        _checkIntake();
        StoredOffer memory offer = _offers[offerId];
        if (!offer.open) revert Errors.OfferClosed(offerId);
        _checkShape(order.shape);
        Rates memory rates = Accrual.rates(_prices(offer), order.shape);
        uint256 highest = _checkPolicy(order.policy, order.replicas, rates.reserved, order.maxRate);
        // Interaction, before the effect because it measures what arrives; the guard prevents re-entry
        uint256 received = _receive(offer.currency, deposit);
        bool bound = _spend(offer.currency, highest, received);
        // Effect and Log
        _hold(offer.provider, order.shape, 0, order.policy.maxReplicas);
        Terms memory terms = Terms({
            tenant: msg.sender,
            provider: offer.provider,
            currency: offer.currency,
            shape: order.shape,
            rates: rates,
            manifestHash: order.manifestHash,
            salt: order.salt
        });
        id = _begin(terms, order.policy, order.replicas, offerId, received, bound);
    }

    /// @inheritdoc IMarket
    function scale(Terms calldata terms, uint16 replicas) external {
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        // A lower count commits the tenant to nothing.
        if (replicas > reservation.replicas()) _spend(terms.currency, uint256(terms.rates.reserved) * replicas, 0);
        _step(id, account, reservation, terms.rates.reserved, replicas);
    }

    /// @inheritdoc IMarket
    function scaleByProof(Step calldata step) external {
        // Check. The id is computed with the caller as the provider, so a lease of another provider is unknown.
        Rates memory rates = step.claim.rates;
        Statement memory statement = step.claim.statement;
        LeaseId id = _id(step.claim.orderHash, msg.sender, step.currency, rates);
        uint16 replicas = step.replicas;
        (AccountWord account, ReservationWord reservation) = _openLease(id, step.currency);
        uint256 epoch = _providers[msg.sender].epoch;
        _checkPosted(
            msg.sender, epoch, MerkleProof.processProofCalldata(step.path, _leaf(id, statement)), statement.time
        );
        _checkTimes(account, reservation, statement.time);
        Elasticity.check(reservation, replicas, statement.utilization);
        // A lease that may owe more than it has keeps its rate, which determines when the provider may close it.
        bool shrinks = replicas < reservation.replicas();
        if (shrinks) _checkFunds(account, reservation, Accrual.rate(reservation, rates.reserved), 0);
        // Effect and Log
        _step(id, account, reservation, rates.reserved, replicas);
        emit StepProven(id, msg.sender, epoch, reservation.replicas(), replicas, statement);
    }

    /// @inheritdoc IMarket
    function postRootAndScale(uint256 epoch, bytes32 root, Step[] calldata steps) external {
        _postRoot(epoch, root);
        for (uint256 i = 0; i < steps.length; ++i) {
            Step calldata step = steps[i];
            // A separate call frame with the same caller: a refused step reverts alone. The callee is this contract's own
            // code, so no step can stop the loop.
            // slither-disable-next-line calls-loop,reentrancy-events
            (bool taken, bytes memory why) = address(this).delegatecall(abi.encodeCall(this.scaleByProof, (step)));
            if (taken) continue;
            LeaseId id = _id(step.claim.orderHash, msg.sender, step.currency, step.claim.rates);
            emit StepRefused(id, msg.sender, epoch, why);
        }
    }

    /// @inheritdoc IMarket
    function setPolicy(Terms calldata terms, LeasePolicy calldata policy) external {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        // The tenant's call is its consent to the new highest rate; only the field's size limits it.
        uint256 highest = _checkPolicy(policy, reservation.replicas(), terms.rates.reserved, type(uint104).max);
        _spend(terms.currency, highest, 0);
        // Effect
        _hold(terms.provider, terms.shape, reservation.maxReplicas(), policy.maxReplicas);
        _accounts[terms.currency][id] = account.withMinimum(policy.minReplicas);
        _reservations[id] = reservation.governedBy(policy);
        // Log
        emit PolicySet(id, policy);
    }

    /// @inheritdoc IMarket
    function giveNotice(Terms calldata terms) external {
        if (msg.sender != terms.provider) revert Errors.NotAllowed(msg.sender);
        (LeaseId id,,) = _openLease(terms);
        uint256 until = block.timestamp + NOTICE_PERIOD;
        _noticeEnds[id] = until;
        emit NoticeGiven(id, until);
    }

    /// @inheritdoc IMarket
    function close(Terms calldata terms) external nonReentrantView {
        // Check
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        uint256 rate = _rate(reservation, terms);
        uint256 owed_ = _owed(account, reservation, rate);
        bool byTenant = msg.sender == terms.tenant;
        if (!byTenant) {
            if (msg.sender != terms.provider) revert Errors.NotAllowed(msg.sender);
            _checkNotice(id, account.balance(), owed_, rate);
        }
        // Effect and Log
        _end(id, terms, account, reservation);
        uint256 amount = byTenant ? Math.saturatingSub(account.balance(), owed_) : 0;
        if (amount != 0) _accounts[terms.currency][id] = account.debited(amount);
        // Interaction. When the transfer fails, the lease closes all the same and keeps the money for `refund`, so the event
        // depends on the outcome.
        if (amount == 0) return;
        // slither-disable-next-line reentrancy-events
        if (terms.currency.tryPay(msg.sender, amount)) {
            if (account.bound()) _regain(msg.sender, terms.currency, amount);
            emit Refunded(id, msg.sender, amount);
        } else {
            // on the account as it is now: a top-up may have run during the transfer
            _accounts[terms.currency][id] = _accounts[terms.currency][id].credited(amount);
        }
    }

    /// Moves a lease to a replica count within its bounds; a higher count must leave the notice period's money at the
    /// new rate.
    function _step(LeaseId id, AccountWord account, ReservationWord reservation, uint256 reserved, uint16 replicas)
        private
    {
        // Check
        _checkBounds(replicas, account.minReplicas(), reservation.maxReplicas());
        uint256 rate = Accrual.rate(reservation, reserved);
        if (replicas > reservation.replicas()) _checkFunds(account, reservation, rate, reserved * replicas);
        // Effect
        _reservations[id] = _stepped(account, reservation, rate, replicas);
        // Log
        emit LeaseScaled(id, replicas);
    }

    /// Whether the provider may close: its notice has ended, or the funds ran out a notice period ago.
    function _checkNotice(LeaseId id, uint256 balance, uint256 owed, uint256 rate) private view {
        uint256 until = _noticeEnds[id];
        if (until != 0 && block.timestamp >= until) return;
        bool exhausted = rate != 0 && owed >= balance + _notice(rate);
        if (!exhausted) revert Errors.NoticeRunning(until == 0 ? block.timestamp + NOTICE_PERIOD : until);
    }

    /// Whether the balance covers what may be owed, and the notice period's money at a rate.
    function _checkFunds(AccountWord account, ReservationWord reservation, uint256 rate, uint256 noticeRate)
        private
        view
    {
        uint256 kept = _owed(account, reservation, rate) + _notice(noticeRate);
        if (account.balance() < kept) revert Errors.InsufficientFunds(account.balance(), kept);
    }

    /// Whether the time has come for a step by a statement of `time`.
    function _checkTimes(AccountWord account, ReservationWord reservation, uint256 time) private view {
        // A lapse may have moved this forward from the step, never back: it can lengthen a cooldown that is longer than
        // the claim window, and shorten none.
        uint256 since = reservation.since();
        uint256 until = since + reservation.cooldown();
        if (block.timestamp < until) revert Errors.CooldownRunning(until);
        if (time <= since) revert Errors.StatementUsed(time, since);
        uint256 oldest = Math.saturatingSub(block.timestamp, 2 * EPOCH_LENGTH);
        if (time < oldest) revert Errors.StatementStale(time, oldest);
        // A step moves the curve's only point to now, and before its point nothing lapses.
        if (account.settledAt() < _oldest()) revert Errors.SettlementDue(account.settledAt(), _oldest());
    }
}
