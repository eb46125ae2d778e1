// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../../src/types/Currency.sol";
import {LeasePolicy, Statement, Step} from "../../../src/types/DataTypes.sol";
import {StandardTree} from "../../StandardTree.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// The provider: it posts roots over what it claims and moves replica counts by it, honest or not, gives notice, closes and
/// takes its earnings.
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
    function postRoot(uint256 seed, bool honest) external onLease {
        _postRoot(seed, honest);
    }

    function _postRoot(uint256 seed, bool honest) private {
        (Statement[] memory statements, bytes32[] memory leaves) = _statements(seed, honest);
        uint256 epoch = MARKET.providerOf(PROVIDER).epoch + 1;
        vm.prank(PROVIDER);
        MARKET.postRoot(epoch, StandardTree.root(leaves));
        _posted(epoch, statements, leaves);
    }

    function _statements(uint256 seed, bool honest)
        private
        view
        returns (Statement[] memory statements, bytes32[] memory leaves)
    {
        uint256 count = STORE.count();
        (statements, leaves) = (new Statement[](count), new bytes32[](count));
        for (uint256 i = 0; i < count; ++i) {
            statements[i] = _statement(i, uint256(keccak256(abi.encode(seed, i))), honest);
            leaves[i] = MARKET.leafOf(STORE.lease(i).id, statements[i]);
        }
    }

    function _posted(uint256 epoch, Statement[] memory statements, bytes32[] memory leaves) private {
        uint256[] memory leases = new uint256[](statements.length);
        for (uint256 i = 0; i < statements.length; ++i) {
            leases[i] = i;
            STORE.stated(i, statements[i]);
        }
        STORE.posted(epoch, leases, statements, leaves);
    }

    /// A step of one lease, mostly by a root of now and at times by the newest there is. An honest provider goes where the
    /// demand is, another goes anywhere.
    function scaleByProof(uint256 seed, bool honest) external onLease {
        if (seed >> 16 & 3 != 0) {
            skip(2 + (seed >> 18) % 30);
            _postRoot(seed, honest);
        }
        if (STORE.epochs() == 0) return;
        Store.Epoch memory e = STORE.epochAt(STORE.epochs());
        uint256 i = seed % e.statements.length;
        Step memory step = _step(i, seed >> 8, honest, e.statements[i], e.leaves);
        uint256 settledAt = _settledAt(i);
        vm.prank(PROVIDER);
        MARKET.scaleByProof(step);
        STORE.stepped(i, step.replicas, e.statements[i], settledAt);
    }

    /// A root and a step of every lease by it. What the market granted shows in the replica counts.
    function postRootAndScale(uint256 seed, bool honest) external onLease {
        skip(2 + (seed >> 18) % 30);
        (Statement[] memory statements, bytes32[] memory leaves) = _statements(seed, honest);
        uint256 count = statements.length;
        Step[] memory steps = new Step[](count);
        uint256[] memory settledAt = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            steps[i] = _step(i, seed >> (8 + i), honest, statements[i], leaves);
            settledAt[i] = _settledAt(i);
        }
        uint256 epoch = MARKET.providerOf(PROVIDER).epoch + 1;
        vm.prank(PROVIDER);
        MARKET.postRootAndScale(epoch, StandardTree.root(leaves), steps);
        _posted(epoch, statements, leaves);
        for (uint256 i = 0; i < count; ++i) {
            Store.Lease memory lease = STORE.lease(i);
            uint256 replicas = MARKET.reservationOf(lease.id).replicas;
            if (replicas != lease.replicas) STORE.stepped(i, replicas, statements[i], settledAt[i]);
        }
    }

    function _settledAt(uint256 i) private view returns (uint256) {
        Store.Lease memory lease = STORE.lease(i);
        return MARKET.accountOf(lease.id, lease.terms.currency).settledAt;
    }

    function _step(uint256 i, uint256 seed, bool honest, Statement memory statement, bytes32[] memory leaves)
        private
        view
        returns (Step memory)
    {
        Store.Lease memory lease = STORE.lease(i);
        uint256 to = seed % 16;
        if (!honest && seed % 4 != 0) to = lease.replicas + (seed >> 8) % 7;
        if (!honest && seed % 4 == 1) to = lease.replicas > (seed >> 8) % 7 ? lease.replicas - (seed >> 8) % 7 : 0;
        if (honest) to = _demanded(lease, statement.utilization, seed);
        return Step({
            currency: lease.terms.currency,
            replicas: uint16(to),
            claim: _claim(lease.terms, statement),
            path: StandardTree.path(leaves, leaves[i])
        });
    }

    /// The fewest replicas that carry the load at the target, as near as the policy lets one step come.
    function _demanded(Store.Lease memory lease, uint256 utilization, uint256 seed) private pure returns (uint256 n) {
        LeasePolicy memory p = lease.policy;
        while (n * p.target * 100 < lease.replicas * utilization) ++n;
        if (n + p.step < lease.replicas) n = lease.replicas - p.step;
        bool more = n > lease.replicas || lease.replicas == 0; // a lease without replicas may start some
        if (more && seed & 1 == 1) n += p.headroom;
        if (n > lease.replicas + p.step) n = lease.replicas + p.step;
        if (n > p.maxReplicas) n = p.maxReplicas;
        if (n < p.minReplicas) n = p.minReplicas;
    }

    function _statement(uint256 i, uint256 seed, bool honest) private view returns (Statement memory s) {
        Store.Lease memory lease = STORE.lease(i);
        s = lease.statement;
        uint256 lasted = block.timestamp - (s.time == 0 ? lease.since : s.time);
        uint256 grown = seed % (lease.replicas * lasted + 1);
        if (seed >> 48 & 1 == 1) grown = lease.replicas * lasted; // all of them were healthy
        if (!honest) grown = seed % 1e6;
        s.time = uint32(block.timestamp);
        s.replicaSeconds += uint64(grown);
        uint256 load = seed >> 49 & 1 == 1 ? 0xff - (seed >> 8 & 0x3f) : seed >> 8 & 0xff; // of 255
        s.cpuNanos += uint96(grown * lease.terms.shape.millicores * 1e6 * load / 0xff);
        s.memoryByteSeconds += uint128((grown * 1000 << 20) * (seed >> 16 & 0xff) / 0xff);
        s.networkBytes += uint96((grown << 20) * (seed >> 24 & 0xff) / 0xff);
        s.utilization = uint16(seed >> 32) % 12_000;
        uint256 reserved = lease.replicas * lasted * lease.terms.shape.millicores * 1e6;
        if (!honest || reserved == 0) return s;
        s.utilization = uint16(uint256(s.cpuNanos - lease.statement.cpuNanos) * 10_000 / reserved);
    }

    /// Settles the newest statement at once, with the tenant's countersignature.
    function settleSigned(uint256 seed) external onLease {
        (uint256 i, Store.Lease memory lease) = _pick(seed);
        Statement memory statement = lease.statement;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(TENANT_KEY, MARKET.statementDigest(lease.id, statement));
        uint256 before = MARKET.earnings(PROVIDER, lease.terms.currency);
        vm.prank(PROVIDER);
        MARKET.settleSigned(lease.terms, statement, abi.encodePacked(r, s, v));
        STORE.earned(i, MARKET.earnings(PROVIDER, lease.terms.currency) - before);
    }

    function giveNotice(uint256 seed) external onLease {
        (, Store.Lease memory lease) = _pick(seed);
        vm.prank(PROVIDER);
        MARKET.giveNotice(lease.terms);
    }

    /// Rarely, or no lease would live long.
    function close(uint256 seed) external onLease {
        if (seed % 4 != 0) return;
        (uint256 i, Store.Lease memory lease) = _pick(seed >> 2);
        vm.prank(PROVIDER);
        MARKET.close(lease.terms);
        STORE.closed(i);
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
    }

    function addBond(uint64 amount) external {
        vm.deal(PROVIDER, amount);
        vm.prank(PROVIDER);
        MARKET.addBond{value: amount}();
    }
}
