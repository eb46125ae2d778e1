// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../../src/types/Currency.sol";
import {Claim, LeasePolicy, Step} from "../../../src/types/DataTypes.sol";
import {StandardTree} from "../../StandardTree.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// An unrelated account: calls what anyone may call at any time, and tries what only others may call.
contract StrangerHandler is Handler {
    address private immutable STRANGER;
    Currency private immutable USD;

    constructor(Tidemark market, Store store, address stranger, Currency usd) Handler(market, store) {
        (STRANGER, USD) = (stranger, usd);
    }

    function topUp(uint256 seed, uint16 amount) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        _topUp(STRANGER, i, lease, uint256(amount) + 1);
    }

    /// One of the last few roots, old or new, and one lease under it.
    function settle(uint256 seed) external onLease {
        if (STORE.epochs() == 0) return;
        uint256 epoch = _epoch(seed);
        Store.Epoch memory e = STORE.epochAt(epoch);
        uint256 k = (seed >> 16) % e.leases.length;
        Store.Lease memory lease = STORE.lease(e.leases[k]);
        bytes32[] memory path = StandardTree.path(e.leaves, e.leaves[k]);
        Claim memory claim = _claim(lease.terms, e.statements[k]);
        (address provider, Currency currency) = (lease.terms.provider, lease.terms.currency);
        uint256 before = MARKET.earnings(provider, currency);
        vm.prank(STRANGER);
        MARKET.settle(provider, currency, epoch, claim, path);
        STORE.earned(e.leases[k], MARKET.earnings(provider, currency) - before);
    }

    function _epoch(uint256 seed) private view returns (uint256) {
        uint256 newest = STORE.epochs();
        uint256 back = seed % 4;
        return newest > back ? newest - back : newest;
    }

    /// All leases of one currency under a root.
    function settleBatch(uint256 seed, bool native) external onLease {
        if (STORE.epochs() == 0) return;
        uint256 epoch = _epoch(seed);
        Currency currency = native ? Currency.wrap(address(0)) : USD;
        Store.Epoch memory e = STORE.epochAt(epoch);
        (uint256[] memory chosen, bytes32[] memory own) = _of(e, currency);
        if (own.length == 0) return;
        StandardTree.Multiproof memory m = StandardTree.multiproof(e.leaves, own);
        Claim[] memory claims = _ordered(e, chosen, own, m.leaves);
        address provider = STORE.lease(0).terms.provider;
        vm.prank(STRANGER);
        MARKET.settleBatch(provider, currency, epoch, claims, m.proof, m.flags);
        _book(e, chosen);
    }

    function _ordered(Store.Epoch memory e, uint256[] memory chosen, bytes32[] memory own, bytes32[] memory wanted)
        private
        view
        returns (Claim[] memory claims)
    {
        claims = new Claim[](wanted.length);
        for (uint256 i = 0; i < wanted.length; ++i) {
            uint256 j = 0;
            while (own[j] != wanted[i]) ++j;
            claims[i] = _claim(STORE.lease(e.leases[chosen[j]]).terms, e.statements[chosen[j]]);
        }
    }

    /// Records in the store what each lease has paid since the last record.
    function _book(Store.Epoch memory e, uint256[] memory chosen) private {
        for (uint256 i = 0; i < chosen.length; ++i) {
            Store.Lease memory lease = STORE.lease(e.leases[chosen[i]]);
            uint256 added = MARKET.accountOf(lease.id, lease.terms.currency).paid - lease.earned;
            STORE.earned(e.leases[chosen[i]], added);
        }
    }

    function _of(Store.Epoch memory e, Currency currency)
        private
        view
        returns (uint256[] memory chosen, bytes32[] memory own)
    {
        uint256 count = 0;
        for (uint256 k = 0; k < e.leases.length; ++k) {
            if (_isIn(e.leases[k], currency)) ++count;
        }
        (chosen, own) = (new uint256[](count), new bytes32[](count));
        count = 0;
        for (uint256 k = 0; k < e.leases.length; ++k) {
            if (!_isIn(e.leases[k], currency)) continue;
            chosen[count] = k;
            own[count++] = e.leaves[k];
        }
    }

    function _isIn(uint256 lease, Currency currency) private view returns (bool) {
        return Currency.unwrap(STORE.lease(lease).terms.currency) == Currency.unwrap(currency);
    }

    function refund(uint256 seed) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        uint256 before = _held(lease.terms.currency, lease.terms.tenant);
        vm.prank(STRANGER);
        MARKET.refund(lease.terms);
        STORE.returned(i, _held(lease.terms.currency, lease.terms.tenant) - before);
    }

    /// Whatever is not a stranger's must fail; if it went through, the invariants would see it.
    function trespass(uint256 seed) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        Step memory step;
        if (STORE.epochs() != 0) {
            Store.Epoch memory e = STORE.epochAt(STORE.epochs());
            if (i < e.statements.length) {
                step = Step(
                    lease.terms.currency,
                    2,
                    _claim(lease.terms, e.statements[i]),
                    StandardTree.path(e.leaves, e.leaves[i])
                );
            }
        }
        vm.prank(STRANGER);
        if (seed % 6 == 0) MARKET.withdraw(lease.terms, 1);
        else if (seed % 6 == 1) MARKET.close(lease.terms);
        else if (seed % 6 == 2) MARKET.scale(lease.terms, 1);
        else if (seed % 6 == 3) MARKET.setPolicy(lease.terms, LeasePolicy(0, 100, 50, 50, 0, 0, 1, 1));
        else if (seed % 6 == 4) MARKET.scaleByProof(step);
        else MARKET.withdrawEarnings(lease.terms.currency, STRANGER, 1);
    }
}
