// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Account as LeaseAccount} from "../../../src/types/DataTypes.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Docket} from "../Docket.sol";
import {Store} from "../Store.sol";
import {FaultHandler} from "./FaultHandler.sol";

/// Tenants that dispute, arbiters that rule or not, and accounts that end disputes without a ruling.
contract DisputeHandler is FaultHandler {
    address private immutable ARBITERS;

    constructor(
        Tidemark market,
        Store store,
        Docket docket,
        address provider,
        address[] memory parties_,
        address arbiters
    ) FaultHandler(market, store, docket, provider, parties_) {
        ARBITERS = arbiters;
    }

    function dispute(uint256 seed) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        uint256 deposit = MARKET.parameters().disputeDeposit;
        vm.deal(lease.terms.tenant, lease.terms.tenant.balance + deposit);
        vm.prank(lease.terms.tenant);
        MARKET.dispute{value: deposit}(lease.terms, bytes32(seed));
        LeaseAccount memory a = MARKET.accountOf(lease.id, lease.terms.currency);
        DOCKET.disputed(i, deposit, a.paid, a.settledAt);
    }

    function rule(uint256 seed, bool forTenant, uint256 slash) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        uint256 bond = MARKET.providerOf(PROVIDER).bond;
        slash = forTenant ? bound(slash, 0, bond / 2) : 0;
        _rule(i, lease, forTenant, slash);
        DOCKET.ended(i);
        if (forTenant) _void(i, lease);
    }

    function _rule(uint256 i, Store.Lease memory lease, bool forTenant, uint256 slash)
        private
        booked(DOCKET.caseOf(i).deposit)
    {
        vm.prank(ARBITERS);
        MARKET.rule(lease.terms, forTenant, slash);
    }

    function endDispute(uint256 seed) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        if (seed >> 8 & 1 == 1) skip(300);
        _end(i, lease);
        DOCKET.ended(i);
    }

    function _end(uint256 i, Store.Lease memory lease) private booked(DOCKET.caseOf(i).deposit) {
        MARKET.endDispute(lease.terms);
    }
}
