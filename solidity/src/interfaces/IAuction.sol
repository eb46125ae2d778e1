// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Acceptance, AuctionOrder, Bid, BidState, OrderState, Terms} from "../types/DataTypes.sol";
import {BidId, LeaseId, OfferId, OrderId} from "../types/Ids.sol";

/// Orders that providers bid on. It is a two-phase commit: a bid is the prepared vote, for which its provider's capacity
/// is held from that moment; accepting, of many orders at once, is the commit, which happens wholly or not at all; expiry is
/// the abort, after which everybody has back what was held.
///
/// Orders and bids are stated by each caller and proven by their hash, like a lease's terms.
interface IAuction {
    /// A tenant asks for bids.
    event OrderOpened(OrderId indexed order, address indexed tenant, uint256 deposit, AuctionOrder terms);
    /// The order takes no bids any more, and its deposit went back.
    event OrderCancelled(OrderId indexed order, address indexed tenant, uint256 deposit);
    /// A provider bid, and holds capacity for it.
    event BidPlaced(OrderId indexed order, BidId indexed bid, address indexed provider, Bid terms);
    /// A bid ended without a lease: it lost, expired, or a better one took its place.
    event BidReleased(OrderId indexed order, BidId indexed bid, address indexed provider);
    /// A bid won; LeaseOpened, with offer 0, stands before this event.
    event BidAccepted(OrderId indexed order, BidId indexed bid, LeaseId indexed lease);
    /// A lease went on with another provider; its LeaseClosed and the other's LeaseOpened stand before this event.
    /// @param amount What left the old lease. The new one's deposit is this and, when an open order's bid won, the order's.
    event LeaseMoved(LeaseId indexed from, LeaseId indexed to, uint256 amount);

    /// Opens an order and leaves its deposit in the market.
    /// @param order Its `order.maxRate` bounds every bid's rate at the policy's highest replica count.
    /// @param deposit Base units of the order's currency; the lease begins with what arrives.
    /// @dev Emits OrderOpened. Reverts with IntakeStopped, NotAllowed unless called by the order's tenant, EmptyShape, BadPolicy,
    /// ReplicasOutOfBounds, BadDeadlines, TooMany attributes, OrderExists, ConsentRequired, WrongValue, NothingReceived.
    function openOrder(AuctionOrder calldata order, uint256 deposit) external payable returns (OrderId);

    /// Ends an order of the caller's that no bid has won, and pays its deposit back; a tenant that cannot receive it finds it
    /// among its earnings. Its bids stay until they are released.
    /// @dev Emits OrderCancelled. Reverts with NotAllowed, OrderClosed.
    function cancelOrder(AuctionOrder calldata order) external;

    /// Bids, with the deposit of a bid as value. The provider's capacity for the order's highest replica count is held until
    /// the bid is accepted or released.
    /// @param displaced When all 16 places are taken: a bid with a higher reserved rate, which is released; else ignored.
    /// @dev Emits BidPlaced. Reverts with IntakeStopped, WrongValue, and as `screen`, and with CapacityExceeded, BidExists,
    /// BidsFull, NotBetter.
    function bid(AuctionOrder calldata order, Bid calldata terms, Bid calldata displaced)
        external
        payable
        returns (BidId);

    /// Whether a bid of the caller's would be taken, as far as the order says: returns when it would, reverts with the reason when not.
    /// @dev Reverts with NotAllowed unless the bid's provider calls, NotRegistered, OrderClosed, BiddingOver, BadDeadlines when
    /// it would expire before the bidding ends or after the order can be accepted, RateTooHigh, AttributeMissing,
    /// InsufficientFunds when the deposit cannot keep the notice period's money at the bid's rate, CapacityExceeded.
    function screen(AuctionOrder calldata order, Bid calldata terms) external view;

    /// Opens a lease from each order with the bid beside it, all or none. The caller is the tenant of all of them.
    /// @dev Emits LeaseOpened and BidAccepted for each. Reverts with IntakeStopped, NotAllowed, OrderClosed, AcceptanceOver,
    /// BidClosed, BidExpired, LeaseExists, InsufficientFunds, ConsentRequired.
    function accept(Acceptance[] calldata acceptances) external returns (LeaseId[] memory);

    /// Gives a bid's capacity and deposit back (the deposit as earnings): anyone may after its expiry or when its order can no
    /// longer be accepted; its provider also once another bid has won or the order was cancelled.
    /// @dev Emits BidReleased. Reverts with BidClosed, BidHeld.
    function releaseBid(AuctionOrder calldata order, Bid calldata terms) external;

    /// Moves a lease of the caller's to an offer, with its policy, its replica count and its money, in one transaction.
    /// What is owed stays in the old lease, as after `close`, and so does a dispute about it; manifest and salt go along,
    /// so that a lease cannot go back to a price list that it had before.
    /// While the provider's silence is proven (`IFaults.confirmSilence`), nothing is owed beyond its newest root.
    /// @param maxRate Budget of the new lease.
    /// @dev Emits LeaseClosed, LeaseOpened, LeaseMoved. Reverts like `close` and `take`, but WrongValue, and with NotAlike when the
    /// offer is in another currency.
    function moveToOffer(Terms calldata terms, OfferId offer, uint104 maxRate) external returns (LeaseId);

    /// The same to a bid: one on the order from which the lease came, which lost and still holds; or one on an open order of
    /// the tenant's for the same shape, currency and manifest, whose deposit joins the money and whose salt becomes the
    /// lease's. The order's `maxRate` is the budget.
    /// @dev Emits LeaseClosed, LeaseOpened, BidAccepted, LeaseMoved. Reverts like `close` and `accept`, and with RateTooHigh and
    /// CapacityExceeded, which a policy changed since the order can lead to, and NotAlike.
    function moveToBid(Terms calldata terms, AuctionOrder calldata order, Bid calldata winner)
        external
        returns (LeaseId);

    function orderOf(OrderId order) external view returns (OrderState memory);
    function bidOf(BidId bid) external view returns (BidState memory);
    function orderIdOf(AuctionOrder calldata order) external view returns (OrderId);
    function bidIdOf(OrderId order, Bid calldata bid) external pure returns (BidId);
}
