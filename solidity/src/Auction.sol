// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {Spending} from "./abstracts/Spending.sol";
import {Tenancy} from "./abstracts/Tenancy.sol";
import {Vault} from "./abstracts/Vault.sol";
import {IAuction} from "./interfaces/IAuction.sol";
import {IMarket} from "./interfaces/IMarket.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Errors} from "./libraries/Errors.sol";
import {Currency} from "./types/Currency.sol";
import {
    Acceptance,
    AuctionOrder,
    Bid,
    BidState,
    LeasePolicy,
    OrderState,
    Parameters,
    StoredOffer,
    Terms
} from "./types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "./types/Ids.sol";
import {AccountWord, ReservationWord} from "./types/Words.sol";

/// The part of the market in which tenants ask and providers answer, and in which a lease goes on with another provider.
///
/// What a bid holds has one way out of two: `_win` hands its capacity to the lease that it wins, `_release` gives it back.
/// Either begins with `_retire`, which takes the bid's life, so that no bid goes both ways or one of them twice.
contract Auction is IAuction, Tenancy, Spending, Vault, Part {
    using SafeCast for uint256;

    uint256 private constant MOST_ATTRIBUTES = 8;
    uint256 private constant MOST_BIDS = 16;
    Currency private constant NATIVE = Currency.wrap(address(0));
    OfferId private constant NO_OFFER = OfferId.wrap(0);

    constructor(Parameters memory p, address next) MarketState(p) Part(next) {}

    // Orders and bids

    /// @inheritdoc IAuction
    function openOrder(AuctionOrder calldata order, uint256 deposit)
        external
        payable
        nonReentrant
        returns (OrderId id)
    {
        // Check
        _checkIntake();
        if (msg.sender != order.tenant) revert Errors.NotAllowed(msg.sender);
        _checkShape(order.order.shape);
        _checkPolicy(order.order.policy, order.order.replicas, 0, order.order.maxRate);
        _checkDeadline(order.bidUntil, block.timestamp + 1, order.acceptUntil);
        uint256 count = order.attributes.length;
        if (count > MOST_ATTRIBUTES) revert Errors.TooMany(count, MOST_ATTRIBUTES);
        id = _orderId(order);
        if (_orders[id].known) revert Errors.OrderExists(id);
        // Interaction, before the effect because what arrives has to be measured; the guard keeps others out meanwhile
        uint256 received = _receive(order.currency, deposit);
        bool bound = _spend(order.currency, order.order.maxRate, received);
        // Effect
        _orders[id] = OrderState({deposit: received.toUint104(), bids: 0, open: true, known: true, bound: bound});
        // Log
        emit OrderOpened(id, msg.sender, received, order);
    }

    /// @inheritdoc IAuction
    function cancelOrder(AuctionOrder calldata order) external nonReentrantView {
        // Check and Effect
        OrderId id = _orderId(order);
        (uint256 deposit, bool bound) = _close(id, order);
        if (bound) _regain(msg.sender, order.currency, deposit);
        // Log
        emit OrderCancelled(id, msg.sender, deposit);
        // Interaction. Whoever cannot receive is rid of its order all the same, and finds the money among its earnings.
        if (!order.currency.tryPay(msg.sender, deposit)) _earnings[msg.sender][order.currency] += deposit;
    }

    /// @inheritdoc IAuction
    function bid(AuctionOrder calldata order, Bid calldata terms, Bid calldata displaced)
        external
        payable
        nonReentrant
        returns (BidId id)
    {
        // Check
        _checkIntake();
        if (msg.value != BID_DEPOSIT) revert Errors.WrongValue(msg.value, BID_DEPOSIT);
        OrderId orderId = _orderId(order);
        _screen(orderId, order, terms);
        id = _bidId(orderId, terms);
        if (_bids[id].live) revert Errors.BidExists(id);
        // Effect and Log; what the displaced bid held may be what this one needs
        OrderState storage state = _orders[orderId];
        if (state.bids == MOST_BIDS) _displace(orderId, order, displaced, terms.rates.reserved);
        _hold(msg.sender, order.order.shape, 0, order.order.policy.maxReplicas);
        ++state.bids;
        _bids[id] = BidState({deposit: msg.value.toUint96(), live: true});
        emit BidPlaced(orderId, id, msg.sender, terms);
    }

    /// @inheritdoc IAuction
    function screen(AuctionOrder calldata order, Bid calldata terms) external view {
        _screen(_orderId(order), order, terms);
        _checkRoom(_capacities[msg.sender], order.order.shape, order.order.policy.maxReplicas);
    }

    /// @inheritdoc IAuction
    function accept(Acceptance[] calldata acceptances) external returns (LeaseId[] memory ids) {
        _checkIntake();
        // What was consented to are these very acceptances, so that one consent is to all of them.
        bool granted = _useGrant(msg.sender);
        uint256 count = acceptances.length;
        ids = new LeaseId[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = _accept(acceptances[i].order, acceptances[i].bid, granted);
        }
    }

    /// @inheritdoc IAuction
    function releaseBid(AuctionOrder calldata order, Bid calldata terms) external {
        OrderId orderId = _orderId(order);
        bool lost = msg.sender == terms.provider && !_orders[orderId].open;
        if (!lost && block.timestamp <= terms.expiry) revert Errors.BidHeld(terms.expiry);
        _release(orderId, order, terms);
    }

    // Moves

    /// @inheritdoc IAuction
    function moveToOffer(Terms calldata terms, OfferId offerId, uint104 maxRate) external returns (LeaseId id) {
        // Check
        _checkIntake();
        StoredOffer memory offer = _offers[offerId];
        if (!offer.open) revert Errors.OfferClosed(offerId);
        if (Currency.unwrap(offer.currency) != Currency.unwrap(terms.currency)) revert Errors.NotAlike();
        // Effect and Log
        (LeaseId from, AccountWord account, ReservationWord reservation, uint256 amount) = _leave(terms);
        Terms memory next = terms;
        next.provider = offer.provider;
        next.rates = Accrual.rates(_prices(offer), terms.shape);
        _hold(offer.provider, terms.shape, 0, reservation.maxReplicas());
        id = _goOn(next, account, reservation, offerId, amount, maxRate);
        emit LeaseMoved(from, id, amount);
    }

    /// @inheritdoc IAuction
    function moveToBid(Terms calldata terms, AuctionOrder calldata order, Bid calldata winner)
        external
        returns (LeaseId id)
    {
        // Check
        _checkIntake();
        OrderId orderId = _orderId(order);
        _checkAlike(terms, order, orderId);
        // Effect and Log
        (LeaseId from, AccountWord account, ReservationWord reservation, uint256 amount) = _leave(terms);
        uint256 received = amount + _join(orderId, order, account.bound());
        BidId bidId = _win(orderId, winner);
        // The bid holds what the order's policy may grow to; the lease has a policy of its own.
        _hold(winner.provider, terms.shape, order.order.policy.maxReplicas, reservation.maxReplicas());
        id = _goOn(_termsOf(order, winner), account, reservation, NO_OFFER, received, order.order.maxRate);
        emit BidAccepted(orderId, bidId, id);
        emit LeaseMoved(from, id, amount);
    }

    // Views

    /// @inheritdoc IAuction
    function orderOf(OrderId order) external view returns (OrderState memory) {
        return _orders[order];
    }

    /// @inheritdoc IAuction
    function bidOf(BidId id) external view returns (BidState memory) {
        return _bids[id];
    }

    /// @inheritdoc IAuction
    function orderIdOf(AuctionOrder calldata order) external view returns (OrderId) {
        return _orderId(order);
    }

    /// @inheritdoc IAuction
    function bidIdOf(OrderId order, Bid calldata terms) external pure returns (BidId) {
        return _bidId(order, terms);
    }

    // What an order and a bid may be

    /// All that the order says, but for the room of its provider, which `_hold` checks too.
    function _screen(OrderId id, AuctionOrder calldata order, Bid calldata terms) private view {
        if (msg.sender != terms.provider) revert Errors.NotAllowed(msg.sender);
        if (_providers[msg.sender].registeredAt == 0) revert Errors.NotRegistered(msg.sender);
        OrderState memory state = _orders[id];
        if (!state.open) revert Errors.OrderClosed(id);
        if (block.timestamp >= order.bidUntil) revert Errors.BiddingOver(order.bidUntil);
        _checkDeadline(terms.expiry, order.bidUntil, order.acceptUntil);
        _checkRate(terms.rates.reserved, order.order.policy.maxReplicas, order.order.maxRate);
        for (uint256 i = 0; i < order.attributes.length; ++i) {
            bytes32 attribute = order.attributes[i];
            if (!_hasAttribute(msg.sender, attribute)) revert Errors.AttributeMissing(attribute);
        }
        uint256 notice = _notice(uint256(terms.rates.reserved) * order.order.replicas);
        if (state.deposit < notice) revert Errors.InsufficientFunds(state.deposit, notice);
    }

    function _checkDeadline(uint256 deadline, uint256 earliest, uint256 latest) private pure {
        if (deadline < earliest || deadline > latest) revert Errors.BadDeadlines(deadline, earliest, latest);
    }

    /// Whether a lease can go on under an order: it asks for the same, and once it is won it is the one that the lease came
    /// from, or like it to the salt.
    function _checkAlike(Terms calldata terms, AuctionOrder calldata order, OrderId id) private view {
        uint64 salt = _orders[id].open ? terms.salt : order.order.salt;
        bytes32 asked = _orderHash(order.tenant, order.order.shape, order.order.manifestHash, salt);
        bool alike = asked == _orderHash(terms.tenant, terms.shape, terms.manifestHash, terms.salt)
            && Currency.unwrap(order.currency) == Currency.unwrap(terms.currency);
        if (!alike) revert Errors.NotAlike();
    }

    // What ends an order

    /// Ends an open order of the caller's; its deposit is the caller's matter.
    function _close(OrderId id, AuctionOrder calldata order) private returns (uint256 deposit, bool bound) {
        if (msg.sender != order.tenant) revert Errors.NotAllowed(msg.sender);
        OrderState memory state = _orders[id];
        if (!state.open) revert Errors.OrderClosed(id);
        (deposit, bound) = (state.deposit, state.bound);
        (state.open, state.deposit) = (false, 0);
        _orders[id] = state;
    }

    /// The same, for a bid to win it.
    function _fill(OrderId id, AuctionOrder calldata order) private returns (uint256 deposit, bool bound) {
        (deposit, bound) = _close(id, order);
        if (block.timestamp > order.acceptUntil) revert Errors.AcceptanceOver(order.acceptUntil);
    }

    /// The same, for a lease to go on with its deposit; an order that ended before brings none. One lease's money counts in its tenant's exposure or does not.
    function _join(OrderId id, AuctionOrder calldata order, bool bound) private returns (uint256 deposit) {
        if (!_orders[id].open) return 0;
        bool counted;
        (deposit, counted) = _fill(id, order);
        if (counted != bound) revert Errors.NotAlike();
    }

    function _accept(AuctionOrder calldata order, Bid calldata winner, bool granted) private returns (LeaseId id) {
        // Check
        uint16 most = order.order.policy.maxReplicas;
        if (!granted) _spend(order.currency, uint256(winner.rates.reserved) * most, 0);
        // Effect and Log; what the bid held is the lease's
        OrderId orderId = _orderId(order);
        (uint256 deposit, bool bound) = _fill(orderId, order);
        BidId bidId = _win(orderId, winner);
        Terms memory terms = _termsOf(order, winner);
        id = _begin(terms, order.order.policy, order.order.replicas, NO_OFFER, deposit, bound);
        emit BidAccepted(orderId, bidId, id);
    }

    function _termsOf(AuctionOrder calldata order, Bid calldata winner) private pure returns (Terms memory) {
        return Terms({
            tenant: order.tenant,
            provider: winner.provider,
            currency: order.currency,
            shape: order.order.shape,
            rates: winner.rates,
            manifestHash: order.order.manifestHash,
            salt: order.order.salt
        });
    }

    // What ends a bid

    /// Takes a live bid's place and returns its deposit; what it held is the caller's matter.
    function _retire(OrderId orderId, Bid calldata terms) private returns (BidId id) {
        // Check
        id = _bidId(orderId, terms);
        BidState memory state = _bids[id];
        if (!state.live) revert Errors.BidClosed(id);
        // Effect
        delete _bids[id];
        --_orders[orderId].bids;
        _earnings[terms.provider][NATIVE] += state.deposit;
    }

    /// A bid that still binds its provider wins: what it held is now held for the lease.
    function _win(OrderId orderId, Bid calldata terms) private returns (BidId) {
        if (block.timestamp > terms.expiry) revert Errors.BidExpired(terms.expiry);
        return _retire(orderId, terms);
    }

    /// A bid ends without a lease: what it held is free.
    function _release(OrderId orderId, AuctionOrder calldata order, Bid calldata terms) private {
        BidId id = _retire(orderId, terms);
        _hold(terms.provider, order.order.shape, order.order.policy.maxReplicas, 0);
        emit BidReleased(orderId, id, terms.provider);
    }

    /// Makes place for a bid with a lower rate.
    function _displace(OrderId orderId, AuctionOrder calldata order, Bid calldata displaced, uint256 reserved) private {
        if (!_bids[_bidId(orderId, displaced)].live) revert Errors.BidsFull(MOST_BIDS);
        if (reserved >= displaced.rates.reserved) revert Errors.NotBetter(reserved, displaced.rates.reserved);
        _release(orderId, order, displaced);
    }

    // What a move does to the two leases

    /// Ends a lease of the caller's and takes out of it what is not owed. What is owed stays, and with it a dispute about it:
    /// this is no other end than by `close`, but for where the money goes.
    /// A silent provider's is owed no further than its newest root.
    function _leave(Terms calldata terms)
        private
        returns (LeaseId id, AccountWord account, ReservationWord reservation, uint256 amount)
    {
        // Check
        if (msg.sender != terms.tenant) revert Errors.NotAllowed(msg.sender);
        (id, account, reservation) = _openLease(terms);
        uint256 rate = _rate(reservation, terms);
        if (_silent(terms.provider)) reservation = _cut(account, reservation, rate, terms.provider);
        amount = Math.saturatingSub(account.balance(), _owed(account, reservation, rate));
        // Effect and Log
        _accounts[terms.currency][id] = account.debited(amount);
        _end(id, terms, account, reservation);
    }

    /// Opens the lease that goes on, under the policy and at the count of the one that was left.
    /// @param received What it begins with; it counts in the tenant's exposure as the other lease's money did.
    function _goOn(
        Terms memory next,
        AccountWord account,
        ReservationWord reservation,
        OfferId offer,
        uint256 received,
        uint256 maxRate
    ) private returns (LeaseId id) {
        // Check
        _spend(next.currency, _checkRate(next.rates.reserved, reservation.maxReplicas(), maxRate), 0);
        // Effect
        LeasePolicy memory policy = _leasePolicy(account, reservation);
        id = _write(next, reservation.reopened(), policy.minReplicas, received, account.bound());
        // Log
        emit IMarket.LeaseOpened(
            id, next.tenant, next.provider, offer, received, reservation.unpacked().replicas, policy, next
        );
    }

    // Ids

    function _orderId(AuctionOrder calldata order) private view returns (OrderId) {
        return OrderId.wrap(keccak256(abi.encode(block.chainid, address(this), order)));
    }

    function _bidId(OrderId order, Bid calldata terms) private pure returns (BidId) {
        return BidId.wrap(keccak256(abi.encode(order, terms)));
    }
}
