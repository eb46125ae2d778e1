// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Acceptance, AuctionOrder, Bid, BidState, OrderState, Terms} from "../types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "../types/Ids.sol";

/// Orders on which providers bid. An auction is a two-phase commit: a bid is the prepared vote and holds its provider's
/// capacity; accepting bids, of any number of orders at once, is the commit and is atomic; expiry is the abort and
/// releases what was held.
///
/// Callers pass orders and bids in full. The contract stores only their hashes, like a lease's terms.
interface IAuction {
    // `bid` is a function and a parameter; an interface has no body in which one could shadow the other.
    // slither-disable-start shadowing-local

    /// A tenant opened an order.
    event OrderOpened(OrderId indexed order, address indexed tenant, uint256 deposit, AuctionOrder terms);
    /// A tenant cancelled an order: it takes no more bids, and its deposit was returned.
    event OrderCancelled(OrderId indexed order, address indexed tenant, uint256 deposit);
    /// A provider bid; its capacity is held for the bid.
    event BidPlaced(OrderId indexed order, BidId indexed bid, address indexed provider, Bid terms);
    /// A bid ended without a lease: it lost, expired, or a cheaper bid displaced it.
    event BidReleased(OrderId indexed order, BidId indexed bid, address indexed provider);
    /// A bid won. LeaseOpened, with offer 0, precedes this event.
    event BidAccepted(OrderId indexed order, BidId indexed bid, LeaseId indexed lease);
    /// A lease moved to another provider. LeaseClosed of the old lease and LeaseOpened of the new one precede this
    /// event.
    /// @param amount What left the old lease. The deposit of the new lease is this amount, plus the order's deposit
    /// when an open order's bid won.
    event LeaseMoved(LeaseId indexed from, LeaseId indexed to, uint256 amount);

    /// Opens an order and deposits its money.
    /// @param order Its `order.maxRate` bounds every bid's rate at the policy's highest replica count.
    /// @param deposit Base units of the order's currency; the lease begins with the amount received.
    /// @dev Emits OrderOpened. Reverts with IntakeStopped, NotAllowed unless called by the order's tenant, EmptyShape,
    /// BadPolicy, ReplicasOutOfBounds, BadDeadlines, TooMany attributes, OrderExists, ConsentRequired, WrongValue,
    /// NothingReceived.
    function openOrder(AuctionOrder calldata order, uint256 deposit) external payable returns (OrderId);

    /// Ends an order of the caller's that no bid has won and returns its deposit. When the transfer fails, the deposit
    /// becomes earnings of the tenant. Bids on the order stay until they are released.
    /// @dev Emits OrderCancelled. Reverts with NotAllowed, OrderClosed.
    function cancelOrder(AuctionOrder calldata order) external;

    /// Bids, with the bid's deposit as value. The provider's capacity for the order's highest replica count is held
    /// until the bid is accepted or released.
    /// @param displaced When all 16 places are taken: a bid with a higher reserved rate, which is released; otherwise
    /// ignored.
    /// @dev Emits BidPlaced. Reverts with IntakeStopped, WrongValue, and as `screen`, and with CapacityExceeded,
    /// BidExists, BidsFull, NotBetter.
    function bid(AuctionOrder calldata order, Bid calldata terms, Bid calldata displaced)
        external
        payable
        returns (BidId);

    /// Checks whether the order admits a bid of the caller: returns when it does, reverts with the reason when not.
    /// @dev Reverts with NotAllowed unless the bid's provider calls, NotRegistered, OrderClosed, BiddingOver,
    /// BadDeadlines when the bid would expire before the bidding ends or after the order can be accepted, RateTooHigh,
    /// AttributeMissing, InsufficientFunds when the deposit does not cover the notice period at the bid's rate,
    /// CapacityExceeded.
    function screen(AuctionOrder calldata order, Bid calldata terms) external view;

    /// Opens a lease from each order with its bid, all or none. The caller is the tenant of every order.
    /// @dev Emits LeaseOpened and BidAccepted for each. Reverts with IntakeStopped, NotAllowed, OrderClosed,
    /// AcceptanceOver, BidClosed, BidExpired, LeaseExists, InsufficientFunds, ConsentRequired.
    function accept(Acceptance[] calldata acceptances) external returns (LeaseId[] memory);

    /// Releases a bid's capacity and returns its deposit as earnings. Anyone may call after the bid's expiry or when
    /// its order can no longer be accepted; the bid's provider also once another bid won or the order was cancelled.
    /// @dev Emits BidReleased. Reverts with BidClosed, BidHeld.
    function releaseBid(AuctionOrder calldata order, Bid calldata terms) external;

    /// Moves a lease of the caller to an offer, with its policy, its replica count and its money, in one transaction.
    /// What is owed stays in the old lease, as after `close`, and so does a dispute about it. The new lease keeps
    /// manifest and salt, so a lease cannot return to a price list that it had before. While the provider's silence is
    /// confirmed (`IFaults.confirmSilence`), nothing is owed beyond its newest root.
    /// @param maxRate Budget of the new lease.
    /// @dev Emits LeaseClosed, LeaseOpened, LeaseMoved. Reverts like `close` and `take`, except WrongValue, and with
    /// NotAlike when the offer is in another currency.
    function moveToOffer(Terms calldata terms, OfferId offer, uint104 maxRate) external returns (LeaseId);

    /// Moves a lease of the caller to a bid: either a live bid on the order from which the lease came; or a bid on an
    /// open order of the tenant for the same shape, currency and manifest, whose deposit joins the lease's money and
    /// whose salt becomes the lease's. The order's `maxRate` is the budget.
    /// @dev Emits LeaseClosed, LeaseOpened, BidAccepted, LeaseMoved. Reverts like `close` and `accept`, and with
    /// RateTooHigh and CapacityExceeded, which a policy changed since the order can cause, and NotAlike.
    function moveToBid(Terms calldata terms, AuctionOrder calldata order, Bid calldata winner)
        external
        returns (LeaseId);

    function orderOf(OrderId order) external view returns (OrderState memory);
    function bidOf(BidId bid) external view returns (BidState memory);
    function orderIdOf(AuctionOrder calldata order) external view returns (OrderId);
    function bidIdOf(OrderId order, Bid calldata bid) external pure returns (BidId);
    // slither-disable-end shadowing-local
}
