// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {AuctionOrder, Bid, Terms} from "../../src/types/DataTypes.sol";
import {BidId, LeaseId, OrderId} from "../../src/types/Ids.sol";

/// What the auction's handlers remember of what they did, kept apart from the market's own books.
contract AuctionStore {
    struct Asked {
        AuctionOrder terms;
        OrderId id;
        bool open;
        uint256 deposit; // base units that arrived
        uint256 won; // how many times
        uint256 cancelled; // how many times
    }

    struct Answer {
        Bid terms;
        BidId id;
        uint256 order;
        bool live;
        uint256 returned; // how many times its deposit came back
    }

    struct Lease {
        Terms terms;
        LeaseId id;
        bool open;
        uint256 maxReplicas;
        // money in base units
        uint256 deposited;
        uint256 returned;
    }

    Asked[] private _orders;
    Answer[] private _bids;
    Lease[] private _leases;
    mapping(address account => mapping(Currency => uint256)) public credited; // by orders whose tenant could not receive
    mapping(address account => mapping(Currency => uint256)) public paidOut; // of earnings

    function orders() external view returns (uint256) {
        return _orders.length;
    }

    function bids() external view returns (uint256) {
        return _bids.length;
    }

    function leases() external view returns (uint256) {
        return _leases.length;
    }

    function order(uint256 i) external view returns (Asked memory) {
        return _orders[i];
    }

    function bid(uint256 i) external view returns (Answer memory) {
        return _bids[i];
    }

    function lease(uint256 i) external view returns (Lease memory) {
        return _leases[i];
    }

    /// Live bids on an order.
    function places(uint256 order_) external view returns (uint256 count) {
        for (uint256 i = 0; i < _bids.length; ++i) {
            if (_bids[i].live && _bids[i].order == order_) ++count;
        }
    }

    function asked(AuctionOrder memory terms, OrderId id, uint256 deposit) external {
        Asked storage o = _orders.push();
        (o.terms, o.id, o.open, o.deposit) = (terms, id, true, deposit);
    }

    function cancelled(uint256 i, uint256 unpaid) external {
        Asked storage o = _orders[i];
        o.open = false;
        ++o.cancelled;
        credited[o.terms.tenant][o.terms.currency] += unpaid;
    }

    function answered(uint256 order_, Bid memory terms, BidId id) external {
        Answer storage b = _bids.push();
        (b.terms, b.id, b.order, b.live) = (terms, id, order_, true);
    }

    function released(uint256 i) public {
        _bids[i].live = false;
        ++_bids[i].returned;
    }

    /// A bid won; what it held is the lease's.
    /// @param joined What another lease brought.
    function won(uint256 i, LeaseId id, uint256 maxReplicas, uint256 joined) external {
        Answer storage b = _bids[i];
        Asked storage o = _orders[b.order];
        released(i);
        uint256 amount = joined;
        if (o.open) {
            o.open = false;
            ++o.won;
            amount += o.deposit;
        }
        Terms memory terms = Terms({
            tenant: o.terms.tenant,
            provider: b.terms.provider,
            currency: o.terms.currency,
            shape: o.terms.order.shape,
            rates: b.terms.rates,
            manifestHash: o.terms.order.manifestHash,
            salt: o.terms.order.salt
        });
        opened(terms, id, maxReplicas, amount);
    }

    function opened(Terms memory terms, LeaseId id, uint256 maxReplicas, uint256 amount) public {
        Lease storage l = _leases.push();
        (l.terms, l.id, l.open, l.maxReplicas, l.deposited) = (terms, id, true, maxReplicas, amount);
    }

    function governed(uint256 i, uint256 maxReplicas) external {
        _leases[i].maxReplicas = maxReplicas;
    }

    function closed(uint256 i) external {
        _leases[i].open = false;
    }

    function returned(uint256 i, uint256 amount) external {
        _leases[i].returned += amount;
    }

    function left(address account, Currency currency, uint256 amount) external {
        paidOut[account][currency] += amount;
    }
}
