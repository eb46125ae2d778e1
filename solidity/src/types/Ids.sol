// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// The hash of a lease's terms, the chain's id and the market's address. The terms determine the id, and no two leases share
/// one.
type LeaseId is bytes32;

/// Numbers offers from 1 in the order of their listing.
type OfferId is uint32;

/// The hash of an auction's order, the chain's id and the market's address.
type OrderId is bytes32;

/// The hash of an order's id and a bid on it.
type BidId is bytes32;
