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

/// The part of the market for orders and bids, and for moving a lease to another provider.
///
/// The capacity that a bid holds leaves it in one of two ways: `_win` passes it to the lease, `_release` frees it. Both
/// begin with `_retire`, which ends the bid, so no bid takes both ways, or one of them twice.
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
        // Interaction, before the effect because it measures what arrives; the guard prevents re-entry
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
        // Interaction. When the transfer fails, the order is cancelled all the same and the money becomes earnings.
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
        // Effect and Log; the displaced bid first, because this one may need its capacity
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
        // The consents name exactly these acceptances, so one grant covers all of them.
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
        // The bid holds capacity for the order's highest count; the lease has its own policy.
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

    // Checks of orders and bids

    /// Everything that the order requires, except the provider's free capacity, which `_hold` checks too.
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

    /// Whether a lease can continue under an order: the order must name the same tenant, shape, manifest and currency.
    /// An order that is no longer open must also have the lease's salt, as the order from which the lease came has.
    function _checkAlike(Terms calldata terms, AuctionOrder calldata order, OrderId id) private view {
        uint64 salt = _orders[id].open ? terms.salt : order.order.salt;
        bytes32 asked = _orderHash(order.tenant, order.order.shape, order.order.manifestHash, salt);
        bool alike = asked == _orderHash(terms.tenant, terms.shape, terms.manifestHash, terms.salt)
            && Currency.unwrap(order.currency) == Currency.unwrap(terms.currency);
        if (!alike) revert Errors.NotAlike();
    }

    // Ends of orders

    /// Ends an open order of the caller; the caller of this function handles the deposit.
    function _close(OrderId id, AuctionOrder calldata order) private returns (uint256 deposit, bool bound) {
        if (msg.sender != order.tenant) revert Errors.NotAllowed(msg.sender);
        OrderState memory state = _orders[id];
        if (!state.open) revert Errors.OrderClosed(id);
        (deposit, bound) = (state.deposit, state.bound);
        (state.open, state.deposit) = (false, 0);
        _orders[id] = state;
    }

    /// Ends an open order because a bid wins it.
    function _fill(OrderId id, AuctionOrder calldata order) private returns (uint256 deposit, bool bound) {
        (deposit, bound) = _close(id, order);
        if (block.timestamp > order.acceptUntil) revert Errors.AcceptanceOver(order.acceptUntil);
    }

    /// Ends an open order because a lease continues with its deposit; an order that ended before adds none. All money
    /// of a lease counts in its tenant's exposure, or none does.
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
        // Effect and Log; the bid's capacity passes to the lease
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

    // Ends of bids

    /// Ends a live bid and returns its deposit; the caller of this function handles the held capacity.
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

    /// A bid that still binds its provider wins: the held capacity passes to the lease.
    function _win(OrderId orderId, Bid calldata terms) private returns (BidId) {
        if (block.timestamp > terms.expiry) revert Errors.BidExpired(terms.expiry);
        return _retire(orderId, terms);
    }

    /// A bid ends without a lease: the held capacity is freed.
    function _release(OrderId orderId, AuctionOrder calldata order, Bid calldata terms) private {
        BidId id = _retire(orderId, terms);
        _hold(terms.provider, order.order.shape, order.order.policy.maxReplicas, 0);
        emit BidReleased(orderId, id, terms.provider);
    }

    /// Releases a bid in favour of one with a lower rate.
    function _displace(OrderId orderId, AuctionOrder calldata order, Bid calldata displaced, uint256 reserved) private {
        if (!_bids[_bidId(orderId, displaced)].live) revert Errors.BidsFull(MOST_BIDS);
        if (reserved >= displaced.rates.reserved) revert Errors.NotBetter(reserved, displaced.rates.reserved);
        _release(orderId, order, displaced);
    }

    // The two leases of a move

    /// Ends a lease of the caller and takes out what is not owed. What is owed stays, and so does a dispute about it:
    /// the end is the same as by `close`, except for where the money goes. A lease of a silent provider owes nothing
    /// beyond the newest root.
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

    /// Opens the lease that continues, with the policy and count of the old one.
    /// @param received Its initial money, which counts in the tenant's exposure as the old lease's money did.
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
