// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../../src/types/Currency.sol";
import {Usage} from "../../../src/types/DataTypes.sol";
import {StandardTree} from "../../StandardTree.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// The provider: it posts roots over what it claims, honest or not, gives notice, closes and takes its earnings.
contract ProviderHandler is Handler {
    address private immutable PROVIDER;
    uint256 private immutable TENANT_KEY; // of every tenant's countersignature
    Currency private immutable USD;

    constructor(Tidemark market, Store store, address provider, uint256 tenantKey, Currency usd)
        Handler(market, store)
    {
        (PROVIDER, TENANT_KEY, USD) = (provider, tenantKey, usd);
    }

    /// A root over a statement of every lease. Growth beyond what replicas can consume is fraud, and must not pay.
    function postRoot(uint256 seed, bool honest) external onLease(seed) {
        uint256 count = STORE.count();
        uint256[] memory leases = new uint256[](count);
        Usage[] memory usages = new Usage[](count);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            leases[i] = i;
            usages[i] = _statement(i, uint256(keccak256(abi.encode(seed, i))), honest);
            leaves[i] = MARKET.leafOf(STORE.lease(i).id, usages[i]);
        }
        uint256 epoch = MARKET.providerOf(PROVIDER).epoch + 1;
        vm.prank(PROVIDER);
        MARKET.postRoot(epoch, StandardTree.root(leaves));
        for (uint256 i = 0; i < count; ++i) {
            STORE.stated(i, usages[i]);
        }
        STORE.posted(epoch, leases, usages, leaves);
        STORE.did("postRoot");
    }

    function _statement(uint256 i, uint256 seed, bool honest) private view returns (Usage memory u) {
        Store.Lease memory lease = STORE.lease(i);
        u = lease.usage;
        uint256 lasted = block.timestamp - u.time;
        uint256 grown = u.time == 0 ? 0 : seed % (lease.replicas * lasted + 1);
        if (!honest) grown = seed % 1e6;
        u.time = uint32(block.timestamp);
        u.replicaSeconds += uint64(grown);
        u.cpuNanos += uint96(grown * 1e9 * (seed >> 8 & 0xff) / 0xff);
        u.memoryByteSeconds += uint128((grown * 1000 << 20) * (seed >> 16 & 0xff) / 0xff);
        u.networkBytes += uint96((grown << 20) * (seed >> 24 & 0xff) / 0xff);
        u.utilization = uint16(seed % 10_001);
    }

    /// The newest statement at once, with the tenant's word.
    function settleSigned(uint256 seed) external onLease(seed) {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        Usage memory usage = lease.usage;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, MARKET.statementDigest(lease.id, usage));
        uint256 before = MARKET.earnings(PROVIDER, lease.terms.currency);
        vm.prank(PROVIDER);
        MARKET.settleSigned(lease.terms, usage, abi.encodePacked(r, s, v));
        STORE.earned(i, MARKET.earnings(PROVIDER, lease.terms.currency) - before);
        STORE.did("settleSigned");
    }

    function giveNotice(uint256 seed) external onLease(seed) {
        (, Store.Lease memory lease) = _pick(seed);
        vm.prank(PROVIDER);
        MARKET.giveNotice(lease.terms);
        STORE.did("giveNotice");
    }

    function close(uint256 seed) external onLease(seed) {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        vm.prank(PROVIDER);
        MARKET.close(lease.terms);
        STORE.closed(i);
        STORE.did("close by the provider");
    }

    function withdrawEarnings(bool native, uint256 amount, address to) external {
        Currency currency = native ? Currency.wrap(address(0)) : USD;
        uint256 all = MARKET.earnings(PROVIDER, currency);
        if (all == 0) return;
        to = address(uint160(bound(uint160(to), 1 << 100, type(uint160).max)));
        if (to == address(MARKET) || to.code.length != 0) return;
        amount = bound(amount, 1, all);
        vm.prank(PROVIDER);
        MARKET.withdrawEarnings(currency, to, amount);
        STORE.left(currency, amount);
        STORE.did("withdrawEarnings");
    }

    function addBond(uint64 amount) external {
        vm.deal(PROVIDER, amount);
        vm.prank(PROVIDER);
        MARKET.addBond{value: amount}();
    }
}
