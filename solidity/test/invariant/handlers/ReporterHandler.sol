// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Fraud, Leaf} from "../../../src/types/DataTypes.sol";
import {StandardTree} from "../../StandardTree.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Docket} from "../Docket.sol";
import {Store} from "../Store.sol";
import {FaultHandler} from "./FaultHandler.sol";

/// Lives by the faults of others: lays posted statements beside each other, and reports silence.
contract ReporterHandler is FaultHandler {
    address private immutable REPORTER;

    constructor(
        Tidemark market,
        Store store,
        Docket docket,
        address provider,
        address[] memory parties_,
        address reporter
    ) FaultHandler(market, store, docket, provider, parties_) {
        REPORTER = reporter;
    }

    /// Any kind, by any two of the last roots.
    function proveFraud(uint256 seed, uint256 back) external onLease {
        _prove(seed, Fraud(seed % 5), back);
    }

    /// Whatever the newest root shows of any lease, alone and beside the one before.
    function proveAll() external onLease {
        for (uint256 i = 0; i < STORE.count(); ++i) {
            if (MARKET.fraudKnown(STORE.lease(i).id)) continue;
            for (uint256 kind = 0; kind < 5; ++kind) {
                try this.proveFraud(i * 5 + kind, 0) {} catch {}
            }
        }
    }

    function _prove(uint256 seed, Fraud kind, uint256 back) private booked(0) {
        (uint256 i, Store.Lease memory lease) = _pick(seed / 5);
        uint256 newest = STORE.epochs();
        uint256 earlier = newest - (kind == Fraud.Twins ? 0 : 1 + back % 3 / 2);
        Leaf[] memory leaves = new Leaf[](kind == Fraud.Excess ? 1 : 2);
        leaves[leaves.length - 1] = _leafOf(newest, i, true);
        if (leaves.length == 2) leaves[0] = _leafOf(earlier, i, false);
        vm.prank(REPORTER);
        MARKET.proveFraud(lease.terms, kind, leaves);
        _void(i, lease);
    }

    /// The first or the last statement of a lease under a root.
    function _leafOf(uint256 epoch, uint256 lease, bool last) private view returns (Leaf memory) {
        Store.Epoch memory e = STORE.epochAt(epoch);
        uint256 at = type(uint256).max;
        for (uint256 k = 0; k < e.leases.length; ++k) {
            if (e.leases[k] == lease && (last || at == type(uint256).max)) at = k;
        }
        return Leaf(epoch, e.statements[at], StandardTree.path(e.leaves, e.leaves[at]));
    }

    function reportSilence() external {
        vm.prank(REPORTER);
        MARKET.reportSilence(PROVIDER);
    }

    function confirmSilence(uint256 blocks) external {
        vm.roll(block.number + blocks % 8);
        MARKET.confirmSilence(PROVIDER);
    }

    function creditOutage(uint256 seed) external onLease {
        _credit(seed);
    }

    function _credit(uint256 seed) private booked(0) {
        (, Store.Lease memory lease) = _pick(seed);
        vm.prank(REPORTER);
        MARKET.creditOutage(lease.terms);
    }

    /// A whole outage, and what all leases get for it.
    function outage(uint256 seed) external onLease {
        if (seed % 3 != 0) return;
        skip(30 + seed % 60);
        MARKET.reportSilence(PROVIDER);
        skip(10);
        vm.roll(block.number + 5);
        MARKET.confirmSilence(PROVIDER);
        for (uint256 i = 0; i < STORE.count(); ++i) {
            try this.creditOutage(i) {} catch {}
        }
    }
}
