// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {IPart} from "../interfaces/IPart.sol";
import {Errors} from "../libraries/Errors.sol";
import {Currency} from "../types/Currency.sol";
import {
    BidState,
    Dispute,
    Limits,
    OrderState,
    Outage,
    Parameters,
    Provider,
    Rates,
    Root,
    Shape,
    StoredOffer,
    Terms
} from "../types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "../types/Ids.sol";
import {AccountWord, CapacityWord, ReservationWord, SpendingPolicyWord} from "../types/Words.sol";

/// All storage of the market. Nothing here moves money. Every part inherits this contract first, so that a variable has
/// the same slot in each of them.
///
/// A lease is two slots: its account and its reservation. Callers pass the terms again, and their hash verifies them,
/// which costs a tenth of storing them.
abstract contract MarketState is IPart {
    uint256 internal immutable EPOCH_LENGTH;
    uint256 internal immutable ROOT_SPACING;
    uint256 internal immutable CHALLENGE_WINDOW;
    uint256 internal immutable CLAIM_WINDOW;
    uint256 internal immutable NOTICE_PERIOD;
    uint256 internal immutable ROOT_RING;
    uint256 internal immutable EXIT_DELAY;
    uint256 internal immutable DISPUTE_WINDOW;
    uint256 internal immutable MISSED_EPOCHS;
    uint256 internal immutable GRACE_BLOCKS;
    uint256 internal immutable FRAUD_SHARE;
    uint256 internal immutable MIN_BOND;
    uint256 internal immutable BOND_PER_CORE;
    uint256 internal immutable CREDIT_PER_CORE;
    uint256 internal immutable BID_DEPOSIT;
    uint256 internal immutable DISPUTE_DEPOSIT;
    address internal immutable ARBITERS;

    // Each part writes some of these and reads others that another part writes.
    // slither-disable-start uninitialized-state
    mapping(address provider => Provider) internal _providers;
    mapping(address provider => CapacityWord) internal _capacities;
    mapping(address provider => mapping(uint256 slot => Root)) internal _roots; // slot: epoch modulo the ring
    uint256 internal _offerCount;
    mapping(OfferId => StoredOffer) internal _offers;
    mapping(address provider => mapping(uint256 set => mapping(bytes32 attribute => bool))) internal _attributes;
    bool internal _intakeStopped;

    /// By currency first: a top-up in the wrong currency finds an account that was never opened.
    mapping(Currency => mapping(LeaseId => AccountWord)) internal _accounts;
    mapping(LeaseId => ReservationWord) internal _reservations;
    mapping(LeaseId => uint256 time) internal _noticeEnds;
    mapping(address account => mapping(Currency => uint256 baseUnits)) internal _earnings;

    mapping(OrderId => OrderState) internal _orders;
    mapping(BidId => BidState) internal _bids;

    mapping(address account => SpendingPolicyWord) internal _spendingPolicies;
    mapping(address account => mapping(Currency => Limits)) internal _limits;
    mapping(address account => mapping(uint256 word => uint256 bits)) internal _nonces;
    mapping(bytes32 key => uint256 bits) internal _consents; // of an action's approvers: consents from bit 0, revocations from bit 128
    bytes32 internal transient _granted; // the call with consents: keccak256(abi.encode(account, keccak256(call)))

    mapping(LeaseId => Dispute) internal _disputes;
    mapping(LeaseId => bool) internal _frauds; // proven
    mapping(address provider => Outage) internal _outages;
    mapping(LeaseId => uint256) internal _credited; // 1 + the epoch of the outage for which the lease received its credit
    // slither-disable-end uninitialized-state

    constructor(Parameters memory p) {
        // A statement's epoch and its root's challenge window must fit into the claim window, and the ring must keep the
        // newest mature root while younger ones are posted at the highest frequency.
        bool sound = p.epochLength > 0 && p.rootSpacing > 0 && p.rootSpacing <= p.epochLength && p.noticePeriod > 0
            && p.claimWindow > uint256(p.challengeWindow) + p.epochLength
            && p.rootRing >= uint256(p.challengeWindow) / p.rootSpacing + 2;
        // Nothing that a dispute froze may lapse before it can be claimed again.
        bool fair = p.disputeWindow > 0
            && p.claimWindow > uint256(p.disputeWindow) + p.challengeWindow + 2 * uint256(p.epochLength);
        bool punished = p.missedEpochs > 0 && p.graceBlocks > 0 && p.fraudShare > 0 && p.fraudShare <= 10_000
            && p.disputeDeposit > 0 && p.exitDelay > 0;
        sound = sound && fair && punished;
        if (!sound) revert Errors.BadParameters();
        EPOCH_LENGTH = p.epochLength;
        ROOT_SPACING = p.rootSpacing;
        CHALLENGE_WINDOW = p.challengeWindow;
        CLAIM_WINDOW = p.claimWindow;
        NOTICE_PERIOD = p.noticePeriod;
        ROOT_RING = p.rootRing;
        EXIT_DELAY = p.exitDelay;
        DISPUTE_WINDOW = p.disputeWindow;
        MISSED_EPOCHS = p.missedEpochs;
        GRACE_BLOCKS = p.graceBlocks;
        FRAUD_SHARE = p.fraudShare;
        MIN_BOND = p.minBond;
        BOND_PER_CORE = p.bondPerCore;
        CREDIT_PER_CORE = p.creditPerCore;
        BID_DEPOSIT = p.bidDeposit;
        DISPUTE_DEPOSIT = p.disputeDeposit;
        ARBITERS = p.arbiters;
    }

    /// @inheritdoc IPart
    function parameters() public view returns (Parameters memory) {
        // Each value came from a field of this type.
        // forge-lint: disable-start(unsafe-typecast)
        return Parameters({
            epochLength: uint32(EPOCH_LENGTH),
            rootSpacing: uint32(ROOT_SPACING),
            challengeWindow: uint32(CHALLENGE_WINDOW),
            claimWindow: uint32(CLAIM_WINDOW),
            noticePeriod: uint32(NOTICE_PERIOD),
            rootRing: uint32(ROOT_RING),
            exitDelay: uint32(EXIT_DELAY),
            disputeWindow: uint32(DISPUTE_WINDOW),
            missedEpochs: uint16(MISSED_EPOCHS),
            graceBlocks: uint16(GRACE_BLOCKS),
            fraudShare: uint16(FRAUD_SHARE),
            minBond: uint96(MIN_BOND),
            bondPerCore: uint96(BOND_PER_CORE),
            creditPerCore: uint96(CREDIT_PER_CORE),
            bidDeposit: uint96(BID_DEPOSIT),
            disputeDeposit: uint96(DISPUTE_DEPOSIT),
            arbiters: ARBITERS
        });
        // forge-lint: disable-end(unsafe-typecast)
    }

    /// A lease's id has two parts: the fields that a settlement needs, and a hash of the others.
    function _id(Terms memory terms) internal view returns (LeaseId) {
        bytes32 orderHash = _orderHash(terms.tenant, terms.shape, terms.manifestHash, terms.salt);
        return _id(orderHash, terms.provider, terms.currency, terms.rates);
    }

    /// keccak256(abi.encode(orderHash, provider, currency, rates))
    function _id(bytes32 orderHash, address provider, Currency currency, Rates memory r)
        internal
        pure
        returns (LeaseId)
    {
        return LeaseId.wrap(
            EfficientHashLib.hash(
                uint256(orderHash),
                uint160(provider),
                uint160(Currency.unwrap(currency)),
                r.reserved,
                r.replicaSecond,
                r.cpuSecond,
                r.memoryMiBSecond,
                r.networkMiB
            )
        );
    }

    /// keccak256(abi.encode(block.chainid, address(this), tenant, shape, manifestHash, salt))
    function _orderHash(address tenant, Shape memory s, bytes32 manifestHash, uint64 salt)
        internal
        view
        returns (bytes32)
    {
        return EfficientHashLib.hash(
            block.chainid,
            uint160(address(this)),
            uint160(tenant),
            s.millicores,
            s.memoryMiB,
            s.diskMiB,
            s.gpus,
            uint256(manifestHash),
            salt
        );
    }

    /// Both words of a lease that was opened on these terms.
    function _lease(Terms calldata terms)
        internal
        view
        returns (LeaseId id, AccountWord account, ReservationWord reservation)
    {
        id = _id(terms);
        (account, reservation) = _lease(id, terms.currency);
    }

    function _lease(LeaseId id, Currency currency)
        internal
        view
        returns (AccountWord account, ReservationWord reservation)
    {
        account = _accounts[currency][id];
        if (account.settledAt() == 0) revert Errors.LeaseUnknown(id);
        reservation = _reservations[id];
    }

    /// Like `_lease`, for an open lease.
    function _openLease(Terms calldata terms)
        internal
        view
        returns (LeaseId id, AccountWord account, ReservationWord reservation)
    {
        id = _id(terms);
        (account, reservation) = _openLease(id, terms.currency);
    }

    function _openLease(LeaseId id, Currency currency)
        internal
        view
        returns (AccountWord account, ReservationWord reservation)
    {
        (account, reservation) = _lease(id, currency);
        // 0 is the mark of a closed lease, not an amount that a caller could influence.
        // slither-disable-next-line incorrect-equality
        if (reservation.maxReplicas() == 0) revert Errors.LeaseIsClosed(id);
    }
}
