// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// The hash of a lease's terms, of this chain and of the market: whoever can state the terms can find the lease, and
/// no two leases share an id.
type LeaseId is bytes32;

/// Offers are numbered from 1 in the order in which they were listed.
type OfferId is uint32;

/// The hash of an auction's order, of this chain and of the market.
type OrderId is bytes32;

/// The hash of an order's id and of a bid on it.
type BidId is bytes32;
