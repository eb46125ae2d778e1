// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Shape, Statement} from "../../../src/types/DataTypes.sol";
import {StandardTree} from "../../StandardTree.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// A provider that lies about one lease at a time, in every way that leaves can show, and comes back after a slash.
contract LiarHandler is Handler {
    address private immutable PROVIDER;

    constructor(Tidemark market, Store store, address provider) Handler(market, store) {
        PROVIDER = provider;
    }

    /// A root under which nothing has changed but what it says of one lease.
    function lie(uint256 seed, uint256 how) external onLease {
        skip(2 + how % 10);
        uint256 count = STORE.count();
        uint256 twin = how % 5 == 4 ? 1 : 0;
        uint256[] memory leases = new uint256[](count + twin);
        Statement[] memory statements = new Statement[](count + twin);
        bytes32[] memory leaves = new bytes32[](count + twin);
        for (uint256 i = 0; i < count + twin; ++i) {
            leases[i] = i < count ? i : seed % count;
            statements[i] = STORE.lease(leases[i]).statement;
            statements[i].time = uint32(block.timestamp);
            bool told = twin == 1 ? i == count : i == seed % count;
            statements[i] = told ? _lie(statements[i], how) : statements[i];
            leaves[i] = MARKET.leafOf(STORE.lease(leases[i]).id, statements[i]);
        }
        uint256 epoch = MARKET.providerOf(PROVIDER).epoch + 1;
        vm.prank(PROVIDER);
        MARKET.postRoot(epoch, StandardTree.root(leaves));
        STORE.posted(epoch, leases, statements, leaves);
        for (uint256 i = 0; i < count; ++i) {
            if (how % 5 != 1 || i != seed % count) STORE.stated(i, statements[i]);
        }
    }

    function _lie(Statement memory s, uint256 how) private pure returns (Statement memory) {
        if (how % 5 == 0) s.replicaSeconds += uint64(1e5 + (how >> 8) % 1e6);
        else if (how % 5 == 1) s.cpuNanos = s.cpuNanos / 2;
        else if (how % 5 == 2) s.cpuNanos += uint96(1e12);
        else if (how % 5 == 3) s.utilization = uint16(how >> 8);
        else s.networkBytes += 1;
        return s;
    }

    /// Adds to its bond and sells again.
    function recover(uint64 amount) external {
        uint256 needed = MARKET.parameters().minBond;
        vm.deal(PROVIDER, needed + amount);
        vm.startPrank(PROVIDER);
        MARKET.addBond{value: needed}();
        uint32 plenty = 10_000_000;
        MARKET.updateProvider(_shape(plenty), "key", "url");
        vm.stopPrank();
    }

    function _shape(uint32 plenty) private pure returns (Shape memory) {
        return Shape({millicores: plenty, memoryMiB: plenty, diskMiB: plenty, gpus: 10_000});
    }
}
