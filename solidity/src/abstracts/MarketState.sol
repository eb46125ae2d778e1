// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EfficientHashLib} from "solady/utils/EfficientHashLib.sol";

import {Errors} from "../libraries/Errors.sol";
import {Currency} from "../types/Currency.sol";
import {Offer, Parameters, Provider, Rates, Root, Shape, Terms} from "../types/DataTypes.sol";
import {LeaseId, OfferId} from "../types/Ids.sol";
import {AccountWord, CapacityWord, ReservationWord} from "../types/Words.sol";

/// Everything that is stored, in one place. Nothing here moves money.
///
/// A lease is two slots: its account and its reservation. The terms are stated again by each caller and proven by their
/// hash, which costs a tenth of storing them.
abstract contract MarketState {
    uint256 internal immutable EPOCH_LENGTH;
    uint256 internal immutable ROOT_SPACING;
    uint256 internal immutable CHALLENGE_WINDOW;
    uint256 internal immutable CLAIM_WINDOW;
    uint256 internal immutable NOTICE_PERIOD;
    uint256 internal immutable ROOT_RING;
    uint256 internal immutable MIN_BOND;

    mapping(address provider => Provider) internal _providers;
    mapping(address provider => CapacityWord) internal _capacities;
    mapping(address provider => mapping(uint256 slot => Root)) internal _roots; // slot: epoch modulo the ring
    uint256 internal _offerCount;
    mapping(OfferId => Offer) internal _offers;

    /// By currency first: a top-up in another currency meets an account that was never opened.
    mapping(Currency => mapping(LeaseId => AccountWord)) internal _accounts;
    mapping(LeaseId => ReservationWord) internal _reservations;
    mapping(LeaseId => uint256 time) internal _noticeEnds;
    mapping(address provider => mapping(Currency => uint256 baseUnits)) internal _earnings;

    constructor(Parameters memory p) {
        // A statement must outlive its epoch and its root's maturing inside the claim window, and the ring must keep the
        // newest matured root while younger ones are posted as fast as they may be.
        bool sound = p.epochLength > 0 && p.rootSpacing > 0 && p.rootSpacing <= p.epochLength && p.noticePeriod > 0
            && p.claimWindow > uint256(p.challengeWindow) + p.epochLength
            && p.rootRing >= uint256(p.challengeWindow) / p.rootSpacing + 2;
        if (!sound) revert Errors.BadParameters();
        EPOCH_LENGTH = p.epochLength;
        ROOT_SPACING = p.rootSpacing;
        CHALLENGE_WINDOW = p.challengeWindow;
        CLAIM_WINDOW = p.claimWindow;
        NOTICE_PERIOD = p.noticePeriod;
        ROOT_RING = p.rootRing;
        MIN_BOND = p.minBond;
    }

    /// A lease's id has two parts: what settling needs to know, and a hash of the rest.
    function _id(Terms calldata terms) internal view returns (LeaseId) {
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
    function _orderHash(address tenant, Shape calldata s, bytes32 manifestHash, uint64 salt)
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

    /// Both halves of a lease that was opened on these terms.
    function _lease(Terms calldata terms)
        internal
        view
        returns (LeaseId id, AccountWord account, ReservationWord reservation)
    {
        id = _id(terms);
        account = _accounts[terms.currency][id];
        if (account.settledAt() == 0) revert Errors.LeaseUnknown(id);
        reservation = _reservations[id];
    }

    /// The same, of a lease that is open.
    function _openLease(Terms calldata terms)
        internal
        view
        returns (LeaseId id, AccountWord account, ReservationWord reservation)
    {
        (id, account, reservation) = _lease(terms);
        if (reservation.maxReplicas() == 0) revert Errors.LeaseIsClosed(id);
    }
}
