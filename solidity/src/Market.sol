// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Proofs} from "./Proofs.sol";
import {MarketState} from "./abstracts/MarketState.sol";
import {IMarket} from "./interfaces/IMarket.sol";
import {Accrual} from "./libraries/Accrual.sol";
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
    Terms
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
        if (!Accrual.sound(policy)) revert Errors.BadPolicy();
        _checkBounds(order.replicas, policy.minReplicas, policy.maxReplicas);
        Rates memory rates = Accrual.rates(offer.prices, order.shape);
        uint256 highest = uint256(rates.reserved) * policy.maxReplicas;
        if (highest > order.maxRate) revert Errors.RateTooHigh(highest, order.maxRate);
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
        _hold(offer.provider, order.shape, policy.maxReplicas);
        _accounts[offer.currency][id] = AccountWords.opened(received.toUint104(), policy.minReplicas);
        _reservations[id] = ReservationWords.opened(order.replicas, policy);
        // Log
        emit LeaseOpened(id, msg.sender, offer.provider, offerId, received, order.replicas, policy, terms);
    }

    /// @inheritdoc IMarket
    function scale(Terms calldata terms, uint16 replicas) external {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (LeaseId id, AccountWord account, ReservationWord reservation) = _openLease(terms);
        _checkBounds(replicas, account.minReplicas(), reservation.maxReplicas());
        if (replicas > reservation.replicas()) {
            uint256 owed_ = _owed(account, reservation, _rate(reservation, terms));
            uint256 kept = owed_ + _notice(uint256(terms.rates.reserved) * replicas);
            if (account.balance() < kept) revert Errors.InsufficientFunds(account.balance(), kept);
        }
        // Effect
        _reservations[id] = _stepped(account, reservation, terms, replicas);
        // Log
        emit LeaseScaled(id, replicas);
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
        CapacityWord capacity = _capacities[terms.provider];
        _capacities[terms.provider] = capacity.releasing(terms.shape, reservation.maxReplicas());
        _reservations[id] = _stepped(account, reservation, terms, 0).closed();
        // Log
        emit LeaseClosed(id, msg.sender);
        // Interaction. A tenant that cannot receive keeps its claim to `refund`, and cannot hold the provider here.
        if (byTenant) _refund(id, terms, account, owed_);
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
        return Parameters({
            epochLength: uint32(EPOCH_LENGTH),
            rootSpacing: uint32(ROOT_SPACING),
            challengeWindow: uint32(CHALLENGE_WINDOW),
            claimWindow: uint32(CLAIM_WINDOW),
            noticePeriod: uint32(NOTICE_PERIOD),
            rootRing: uint32(ROOT_RING),
            minBond: uint96(MIN_BOND)
        });
    }

    /// The integral moved to now, and a new replica count, and with it a new rate.
    function _stepped(AccountWord account, ReservationWord reservation, Terms calldata terms, uint256 replicas)
        private
        view
        returns (ReservationWord)
    {
        uint256 rate = _rate(reservation, terms);
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

    function _describe(Shape calldata shape, bytes32 sealingKey, string calldata endpoint) private {
        _capacities[msg.sender] = _capacities[msg.sender].resized(shape);
        _providers[msg.sender].sealingKey = sealingKey;
        _providers[msg.sender].endpoint = endpoint;
    }

    /// Holds a provider's capacity for a lease at its highest replica count.
    function _hold(address provider, Shape calldata shape, uint256 replicas) private {
        CapacityWord word = _capacities[provider];
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
