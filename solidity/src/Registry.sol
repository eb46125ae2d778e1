// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {Spending} from "./abstracts/Spending.sol";
import {Statements} from "./abstracts/Statements.sol";
import {Tenancy} from "./abstracts/Tenancy.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {
    Account,
    Capacity,
    Offer,
    Parameters,
    PriceList,
    Provider,
    Reservation,
    Root,
    Shape,
    Statement,
    Status,
    StoredOffer,
    Terms
} from "./types/DataTypes.sol";
import {LeaseId, OfferId} from "./types/Ids.sol";
import {AccountWord, CapacityWord, ReservationWord} from "./types/Words.sol";

/// The part of the market for providers and their offers, and for reading what is stored.
contract Registry is IRegistry, ILedger, Tenancy, Spending, Statements, Part {
    using SafeCast for uint256;

    uint256 private constant MOST_ATTRIBUTES = 32;

    /// @inheritdoc ILedger
    bytes32 public constant STATEMENT_TYPEHASH = STATEMENT;

    constructor(Parameters memory p, address next) MarketState(p) Part(next) {}

    /// @inheritdoc IRegistry
    function register(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external payable {
        // Check
        _checkIntake();
        Provider storage provider = _providers[msg.sender];
        if (provider.registeredAt != 0) revert Errors.AlreadyRegistered(msg.sender);
        // Effect; epochs continue those of an earlier registration, so no old root can pass for a new one
        provider.bond = msg.value.toUint96();
        // forge-lint: disable-next-line(unsafe-typecast)
        provider.registeredAt = uint32(block.timestamp);
        _describe(provider, capacity, sealingKey, endpoint);
        // Log
        emit ProviderRegistered(msg.sender, msg.value, capacity, sealingKey, endpoint);
    }

    /// @inheritdoc IRegistry
    function updateProvider(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external {
        _describe(_registered(), capacity, sealingKey, endpoint);
        emit ProviderUpdated(msg.sender, capacity, sealingKey, endpoint);
    }

    /// @inheritdoc IRegistry
    function setAttributes(bytes32[] calldata attributes) external {
        // Check
        Provider storage provider = _registered();
        uint256 count = attributes.length;
        if (count > MOST_ATTRIBUTES) revert Errors.TooMany(count, MOST_ATTRIBUTES);
        // Effect: a new set; the old one stays in storage and is no longer read
        uint16 set = ++provider.attributes;
        for (uint256 i = 0; i < count; ++i) {
            _attributes[msg.sender][set][attributes[i]] = true;
        }
        // Log
        emit AttributesSet(msg.sender, attributes);
    }

    /// @inheritdoc IRegistry
    function addBond() external payable {
        Provider storage provider = _registered();
        provider.bond = (msg.value + provider.bond).toUint96();
        emit BondAdded(msg.sender, msg.value);
    }

    /// @inheritdoc IRegistry
    function announceExit() external {
        Provider storage provider = _registered();
        uint256 until = block.timestamp + EXIT_DELAY;
        provider.exitAt = until.toUint32();
        // Without capacity its offers cannot be taken and it cannot bid.
        _capacities[msg.sender] = _capacities[msg.sender].resized(Shape(0, 0, 0, 0));
        emit ExitAnnounced(msg.sender, until);
    }

    /// @inheritdoc IRegistry
    function unregister() external {
        // Check
        Provider storage provider = _registered();
        if (_capacities[msg.sender].unpacked().heldMillicores != 0) revert Errors.LeasesOpen(msg.sender);
        if (provider.exitAt == 0) revert Errors.ExitNotAnnounced(msg.sender);
        if (block.timestamp < provider.exitAt) revert Errors.ExitRunning(provider.exitAt);
        uint256 until = provider.rootAt + CLAIM_WINDOW;
        if (block.timestamp < until) revert Errors.RootsPending(until);
        if (provider.disputes != 0) revert Errors.DisputesOpen(msg.sender);
        uint256 bond = provider.bond;
        Currency native = Currency.wrap(address(0));
        _checkPayout(native, bond);
        // Effect
        provider.bond = 0;
        provider.registeredAt = 0;
        provider.exitAt = 0;
        _capacities[msg.sender] = CapacityWord.wrap(0);
        delete _outages[msg.sender]; // a later registration must not begin with it
        _earnings[msg.sender][native] += bond;
        // Log
        emit ProviderUnregistered(msg.sender, bond);
    }

    /// @inheritdoc IRegistry
    function setIntake(bool open) external {
        _checkArbiters();
        _intakeStopped = !open;
        emit IntakeSet(open);
    }

    /// @inheritdoc IRegistry
    function listOffer(Currency currency, PriceList calldata prices) external returns (OfferId id) {
        _registered();
        id = OfferId.wrap((++_offerCount).toUint32());
        _offers[id] = StoredOffer({
            provider: msg.sender,
            open: true,
            millicore: prices.millicore,
            currency: currency,
            memoryMiB: prices.memoryMiB,
            diskMiB: prices.diskMiB,
            gpu: prices.gpu,
            cpuSecond: prices.cpuSecond,
            memoryMiBSecond: prices.memoryMiBSecond,
            networkMiB: prices.networkMiB,
            networkKiBps: prices.networkKiBps
        });
        emit OfferListed(id, msg.sender, currency, prices);
    }

    /// @inheritdoc IRegistry
    function withdrawOffer(OfferId id) external {
        StoredOffer storage offer = _offers[id];
        if (!offer.open) revert Errors.OfferClosed(id);
        if (offer.provider != msg.sender) revert Errors.NotAllowed(msg.sender);
        offer.open = false;
        emit OfferWithdrawn(id, msg.sender);
    }

    /// @inheritdoc IRegistry
    function providerOf(address provider) external view returns (Provider memory) {
        return _providers[provider];
    }

    /// @inheritdoc IRegistry
    function capacityOf(address provider) external view returns (Capacity memory) {
        return _capacities[provider].unpacked();
    }

    /// @inheritdoc IRegistry
    function offerOf(OfferId id) external view returns (Offer memory) {
        StoredOffer memory offer = _offers[id];
        return Offer({provider: offer.provider, open: offer.open, currency: offer.currency, prices: _prices(offer)});
    }

    /// @inheritdoc IRegistry
    function hasAttribute(address provider, bytes32 attribute) external view returns (bool) {
        return _hasAttribute(provider, attribute);
    }

    /// @inheritdoc IRegistry
    function bondFor(Shape calldata capacity) external view returns (uint256) {
        return _requiredBond(capacity);
    }

    /// @inheritdoc IRegistry
    function intakeOpen() external view returns (bool) {
        return !_intakeStopped;
    }

    /// @inheritdoc IRegistry
    function offerCount() external view returns (uint256) {
        return _offerCount;
    }

    /// @inheritdoc ILedger
    function earnings(address provider, Currency currency) external view returns (uint256) {
        return _earnings[provider][currency];
    }

    /// @inheritdoc ILedger
    function accountOf(LeaseId lease, Currency currency) external view returns (Account memory) {
        return _accounts[currency][lease].unpacked();
    }

    /// @inheritdoc ILedger
    function reservationOf(LeaseId lease) external view returns (Reservation memory) {
        return _reservations[lease].unpacked();
    }

    /// @inheritdoc ILedger
    function owed(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        return _owed(account, reservation, _rate(reservation, terms));
    }

    /// @inheritdoc ILedger
    function withdrawable(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        return _free(account, reservation, _rate(reservation, terms));
    }

    /// @inheritdoc ILedger
    function runway(Terms calldata terms) external view returns (uint256) {
        (, AccountWord account, ReservationWord reservation) = _lease(terms);
        uint256 rate = _rate(reservation, terms);
        return Accrual.runway(account.balance(), _owed(account, reservation, rate), rate);
    }

    /// @inheritdoc ILedger
    function statusOf(Terms calldata terms) external view returns (Status) {
        LeaseId id = _id(terms);
        AccountWord account = _accounts[terms.currency][id];
        ReservationWord reservation = _reservations[id];
        if (account.settledAt() == 0) return Status.Unknown;
        if (reservation.maxReplicas() == 0) return Status.Closed;
        if (_owed(account, reservation, _rate(reservation, terms)) >= account.balance()) return Status.Exhausted;
        return Status.Active;
    }

    /// @inheritdoc ILedger
    function idOf(Terms calldata terms) external view returns (LeaseId) {
        return _id(terms);
    }

    /// @inheritdoc ILedger
    function rootOf(address provider, uint256 epoch)
        external
        view
        returns (bytes28 digest, uint256 postedAt, bool matured)
    {
        if (!_isKept(provider, epoch)) revert Errors.RootUnknown(provider, epoch);
        Root memory root = _roots[provider][epoch % ROOT_RING];
        return (root.digest, root.postedAt, block.timestamp >= root.postedAt + CHALLENGE_WINDOW);
    }

    /// @inheritdoc ILedger
    function leafOf(LeaseId lease, Statement calldata statement) external pure returns (bytes32) {
        return _leaf(lease, statement);
    }

    /// @inheritdoc ILedger
    function orderHashOf(Terms calldata terms) external view returns (bytes32) {
        return _orderHash(terms.tenant, terms.shape, terms.manifestHash, terms.salt);
    }

    /// @inheritdoc ILedger
    function statementDigest(LeaseId lease, Statement calldata statement) external view returns (bytes32) {
        return _statementDigest(lease, statement);
    }

    /// @inheritdoc ILedger
    function noticeEnds(LeaseId lease) external view returns (uint256) {
        return _noticeEnds[lease];
    }

    function _describe(Provider storage provider, Shape calldata shape, bytes32 sealingKey, string calldata endpoint)
        private
    {
        uint256 required = _requiredBond(shape);
        if (provider.bond < required) revert Errors.BondTooSmall(provider.bond, required);
        provider.exitAt = 0;
        provider.sealingKey = sealingKey;
        provider.endpoint = endpoint;
        _capacities[msg.sender] = _capacities[msg.sender].resized(shape);
    }

    function _registered() private view returns (Provider storage provider) {
        provider = _providers[msg.sender];
        if (provider.registeredAt == 0) revert Errors.NotRegistered(msg.sender);
    }
}
