// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Proofs} from "./Proofs.sol";
import {MarketState} from "./abstracts/MarketState.sol";
import {IMarket} from "./interfaces/IMarket.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Elasticity} from "./libraries/Elasticity.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {
    Capacity,
    Offer,
    Order,
    Parameters,
    Policy,
    PriceList,
    Provider,
    Rates,
    Shape,
    Step,
    Terms,
    Usage
} from "./types/DataTypes.sol";
import {LeaseId, OfferId} from "./types/Ids.sol";
import {AccountWord, AccountWords, CapacityWord, ReservationWord, ReservationWords} from "./types/Words.sol";

/// Tidemark's market: providers, offers, and the life of a lease. Escrow holds the money, Proofs turns it into earnings.
///
/// One deployment carries all three parts, so that a user has one address to approve and one signing domain, and no
/// step of a lease pays for a call between contracts. Nobody owns it and nothing in it can be upgraded.
contract Market is IMarket, Proofs {
    using SafeCast for uint256;

    constructor(Parameters memory p) MarketState(p) {}

    /// @inheritdoc IMarket
    function register(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external payable {
        // Check
        if (_providers[msg.sender].registeredAt != 0) revert Errors.AlreadyRegistered(msg.sender);
        if (msg.value < MIN_BOND) revert Errors.BondTooSmall(msg.value, MIN_BOND);
        // Effect; the epochs of an earlier registration go on, so that no old root can be taken for a new one
        Provider storage provider = _providers[msg.sender];
        provider.bond = msg.value.toUint96();
        provider.registeredAt = uint32(block.timestamp);
        _describe(capacity, sealingKey, endpoint);
        // Log
        emit ProviderRegistered(msg.sender, msg.value, capacity, sealingKey, endpoint);
    }

    /// @inheritdoc IMarket
    function updateProvider(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external {
        _checkRegistered();
        _describe(capacity, sealingKey, endpoint);
        emit ProviderUpdated(msg.sender, capacity, sealingKey, endpoint);
    }

    /// @inheritdoc IMarket
    function addBond() external payable {
        _checkRegistered();
        Provider storage provider = _providers[msg.sender];
        provider.bond = (provider.bond + msg.value).toUint96();
        emit BondAdded(msg.sender, msg.value);
    }

    /// @inheritdoc IMarket
    function unregister() external {
        // Check
        _checkRegistered();
        Provider storage provider = _providers[msg.sender];
        if (_capacities[msg.sender].unpacked().heldMillicores != 0) revert Errors.LeasesOpen(msg.sender);
        uint256 until = provider.rootAt + CLAIM_WINDOW;
        if (block.timestamp < until) revert Errors.RootsPending(until);
        // Effect; without capacity none of its offers can be taken
        uint256 bond = provider.bond;
        provider.bond = 0;
        provider.registeredAt = 0;
        _capacities[msg.sender] = CapacityWord.wrap(0);
        _earnings[msg.sender][Currency.wrap(address(0))] += bond;
        // Log
        emit ProviderUnregistered(msg.sender, bond);
    }

    /// @inheritdoc IMarket
    function listOffer(Currency currency, PriceList calldata prices) external returns (OfferId id) {
        _checkRegistered();
        id = OfferId.wrap((++_offerCount).toUint32());
        _offers[id] = Offer({provider: msg.sender, open: true, currency: currency, prices: prices});
        emit OfferListed(id, msg.sender, currency, prices);
    }

    /// @inheritdoc IMarket
    function withdrawOffer(OfferId id) external {
        Offer storage offer = _offers[id];
        if (!offer.open) revert Errors.OfferClosed(id);
        if (offer.provider != msg.sender) revert Errors.NotAllowed(msg.sender);
        offer.open = false;
        emit OfferWithdrawn(id, msg.sender);
    }

    /// @inheritdoc IMarket
    function take(OfferId offerId, Order calldata order, uint256 deposit)
        external
        payable
        nonReentrant
        returns (LeaseId id)
    {
        // Check
        Offer memory offer = _offers[offerId];
        if (!offer.open) revert Errors.OfferClosed(offerId);
        if (order.shape.millicores == 0 || order.shape.memoryMiB == 0) revert Errors.EmptyShape();
        Policy calldata policy = order.policy;
        Rates memory rates = Accrual.rates(offer.prices, order.shape);
        _checkPolicy(policy, order.replicas, rates.reserved, order.maxRate);
        Terms memory terms = Terms({
            tenant: msg.sender,
            provider: offer.provider,
            currency: offer.currency,
            shape: order.shape,
            rates: rates,
            manifestHash: order.manifestHash,
            salt: order.salt
        });
        id = _id(
            _orderHash(msg.sender, order.shape, order.manifestHash, order.salt), offer.provider, offer.currency, rates
        );
        if (_accounts[offer.currency][id].settledAt() != 0) revert Errors.LeaseExists(id);
        // Interaction, before the effect because what arrives has to be measured; the guard keeps others out meanwhile
        uint256 received = _receive(offer.currency, deposit);
        uint256 notice = _notice(uint256(rates.reserved) * order.replicas);
        if (received < notice) revert Errors.InsufficientFunds(received, notice);
        // Effect
        _hold(offer.provider, order.shape, 0, policy.maxReplicas);
        _accounts[offer.currency][id] = AccountWords.opened(received.toUint104(), policy.minReplicas);
        _reservations[id] = ReservationWords.opened(order.replicas, policy);
        // Log
        emit LeaseOpened(id, msg.sender, offer.provider, offerId, received, order.replicas, policy, terms);
    }

    /// @inheritdoc IMarket
    function scale(Terms calldata terms, uint16 replicas) external {
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        _step(id, account, reservation, terms.rates.reserved, replicas);
    }

    /// @inheritdoc IMarket
    function scaleByProof(Step calldata step) external {
        // Check. The id names the caller as the provider: with anybody else's lease it is the id of none.
        Rates memory rates = step.claim.rates;
        Usage memory usage = step.claim.usage;
        LeaseId id = _id(step.claim.orderHash, msg.sender, step.currency, rates);
        uint16 replicas = step.replicas;
        (AccountWord account, ReservationWord reservation) = _openLease(id, step.currency);
        uint256 epoch = _providers[msg.sender].epoch;
        _checkPosted(msg.sender, epoch, MerkleProof.processProofCalldata(step.path, _leaf(id, usage)), usage.time);
        _checkTimes(account, reservation, usage.time);
        Elasticity.check(reservation, replicas, usage.utilization);
        // A lease that may owe more than it has keeps its rate, and with it the grace that the notice period's money means.
        bool shrinks = replicas < reservation.replicas();
        if (shrinks) _checkFunds(account, reservation, Accrual.rate(reservation, rates.reserved), 0);
        // Effect and Log
        _step(id, account, reservation, rates.reserved, replicas);
        emit StepProven(id, msg.sender, epoch, reservation.replicas(), replicas, usage);
    }

    /// @inheritdoc IMarket
    function postRootAndScale(uint256 epoch, bytes32 root, Step[] calldata steps) external {
        _postRoot(epoch, root);
        for (uint256 i = 0; i < steps.length; ++i) {
            Step calldata step = steps[i];
            // A frame of its own, in which the caller is the same: what is refused is undone, and nothing else.
            (bool taken, bytes memory why) = address(this).delegatecall(abi.encodeCall(this.scaleByProof, (step)));
            if (taken) continue;
            LeaseId id = _id(step.claim.orderHash, msg.sender, step.currency, step.claim.rates);
            emit StepRefused(id, msg.sender, epoch, why);
        }
    }

    /// @inheritdoc IMarket
    function setPolicy(Terms calldata terms, Policy calldata policy) external {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        // The tenant's call is its consent to the new highest rate; the field is all that bounds it.
        _checkPolicy(policy, reservation.replicas(), terms.rates.reserved, type(uint104).max);
        // Effect
        _hold(terms.provider, terms.shape, reservation.maxReplicas(), policy.maxReplicas);
        _accounts[terms.currency][id] = account.boundedBy(policy.minReplicas);
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
        // Effect
        _hold(terms.provider, terms.shape, reservation.maxReplicas(), 0);
        _reservations[id] = _stepped(account, reservation, rate, 0).closed();
        uint256 amount = byTenant ? Math.saturatingSub(account.balance(), owed_) : 0;
        if (amount != 0) _accounts[terms.currency][id] = account.debited(amount);
        // Log
        emit LeaseClosed(id, msg.sender);
        // Interaction. Whoever cannot receive keeps its claim to `refund`, and its lease closes all the same.
        if (amount == 0) return;
        if (terms.currency.tryPay(msg.sender, amount)) {
            emit Refunded(id, msg.sender, amount);
        } else {
            // on the account as it is now: others may have paid in meanwhile
            _accounts[terms.currency][id] = _accounts[terms.currency][id].credited(amount);
        }
    }

    /// @inheritdoc IMarket
    function providerOf(address provider) external view returns (Provider memory) {
        return _providers[provider];
    }

    /// @inheritdoc IMarket
    function capacityOf(address provider) external view returns (Capacity memory) {
        return _capacities[provider].unpacked();
    }

    /// @inheritdoc IMarket
    function offerOf(OfferId offer) external view returns (Offer memory) {
        return _offers[offer];
    }

    /// @inheritdoc IMarket
    function offerCount() external view returns (uint256) {
        return _offerCount;
    }

    /// @inheritdoc IMarket
    function noticeEnds(LeaseId lease) external view returns (uint256) {
        return _noticeEnds[lease];
    }

    /// @inheritdoc IMarket
    function parameters() external view returns (Parameters memory) {
        // Each came from the field to which it returns.
        // forge-lint: disable-start(unsafe-typecast)
        return Parameters({
            epochLength: uint32(EPOCH_LENGTH),
            rootSpacing: uint32(ROOT_SPACING),
            challengeWindow: uint32(CHALLENGE_WINDOW),
            claimWindow: uint32(CLAIM_WINDOW),
            noticePeriod: uint32(NOTICE_PERIOD),
            rootRing: uint32(ROOT_RING),
            minBond: uint96(MIN_BOND)
        });
        // forge-lint: disable-end(unsafe-typecast)
    }

    /// Moves a lease to a replica count within its bounds; a higher one has to leave its notice period's money.
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

    /// The integral moved to now, and a new replica count, and with it a new rate.
    /// @param rate Of the whole lease, until now.
    function _stepped(AccountWord account, ReservationWord reservation, uint256 rate, uint256 replicas)
        private
        view
        returns (ReservationWord)
    {
        // Below 2^104 × 2^32, as the lease's rate and the time since its opening are.
        uint256 integral = Accrual.carried(reservation, rate, account.paid(), _from(account), block.timestamp);
        return reservation.moved(integral, block.timestamp, replicas);
    }

    /// Whether the provider may close: its notice has passed, or the funds ran out a notice period ago.
    function _checkNotice(LeaseId id, uint256 balance, uint256 owed, uint256 rate) private view {
        uint256 until = _noticeEnds[id];
        if (until != 0 && block.timestamp >= until) return;
        bool exhausted = rate != 0 && owed >= balance + _notice(rate);
        if (!exhausted) revert Errors.NoticeRunning(until == 0 ? block.timestamp + NOTICE_PERIOD : until);
    }

    function _checkRegistered() private view {
        if (_providers[msg.sender].registeredAt == 0) revert Errors.NotRegistered(msg.sender);
    }

    function _checkBounds(uint256 replicas, uint256 min, uint256 max) private pure {
        if (replicas < min || replicas > max) revert Errors.ReplicasOutOfBounds(replicas, min, max);
    }

    /// Whether a policy can be kept, holds the replica count, and fits a budget.
    function _checkPolicy(Policy calldata policy, uint256 replicas, uint256 reserved, uint256 maxRate) private pure {
        if (!Accrual.sound(policy)) revert Errors.BadPolicy();
        _checkBounds(replicas, policy.minReplicas, policy.maxReplicas);
        uint256 highest = reserved * policy.maxReplicas;
        if (highest > maxRate) revert Errors.RateTooHigh(highest, maxRate);
    }

    /// Whether the balance keeps what may be owed, and the notice period's money at a rate.
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

    function _describe(Shape calldata shape, bytes32 sealingKey, string calldata endpoint) private {
        _capacities[msg.sender] = _capacities[msg.sender].resized(shape);
        _providers[msg.sender].sealingKey = sealingKey;
        _providers[msg.sender].endpoint = endpoint;
    }

    /// What a provider holds for a lease changes from one highest replica count to another.
    function _hold(address provider, Shape calldata shape, uint256 from, uint256 to) private {
        CapacityWord word = _capacities[provider];
        if (to <= from) {
            _capacities[provider] = word.releasing(shape, from - to);
            return;
        }
        uint256 replicas = to - from;
        Capacity memory c = word.unpacked();
        _checkFit(0, c.heldMillicores, shape.millicores * replicas, c.millicores);
        _checkFit(1, c.heldMemoryMiB, shape.memoryMiB * replicas, c.memoryMiB);
        _checkFit(2, c.heldDiskMiB, shape.diskMiB * replicas, c.diskMiB);
        _checkFit(3, c.heldGpus, shape.gpus * replicas, c.gpus);
        _capacities[provider] = word.holding(shape, replicas);
    }

    function _checkFit(uint256 kind, uint256 held, uint256 asked, uint256 capacity) private pure {
        // A kind that is not asked for stands in nobody's way, even when the capacity has shrunk below what is held.
        if (asked == 0 || held + asked <= capacity) return;
        revert Errors.CapacityExceeded(kind, asked, capacity > held ? capacity - held : 0);
    }
}
