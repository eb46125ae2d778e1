// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {console} from "forge-std/console.sol";

import {Currency} from "../../src/types/Currency.sol";
import {
    Acceptance,
    AuctionOrder,
    Bid,
    Claim,
    Consents,
    LeasePolicy,
    Limit,
    Order,
    PriceList,
    Shape,
    Statement,
    Step,
    Terms
} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {StandardTree} from "../StandardTree.sol";

/// What a wallet pays for each transaction, against the targets of the project: in isolation every call from the test is a
/// transaction of its own, with its base cost, calldata, cold storage and refunds. Steady state: the actors have done
/// all of it before.
///
/// `make bench-gas` measures the same on a real Anvil.
/// forge-config: default.isolate = true
/// forge-config: deep.isolate = true
contract TransactionsTest is MarketTest {
    uint256 private constant DOLLARS = 20_000_000; // of six decimals

    bytes32[] private leaves;

    // Figures of a common size, because calldata is paid by the byte: the same as on the real chain's bench.

    function shape() internal pure override returns (Shape memory) {
        return Shape({millicores: 1500, memoryMiB: 3072, diskMiB: 10_240, gpus: 0});
    }

    function prices() internal pure override returns (PriceList memory) {
        return PriceList({
            millicore: 11_111_111_111,
            memoryMiB: 1_356_336_805,
            diskMiB: 27_126_736,
            gpu: 0,
            cpuSecond: 11_111_111_111_111,
            memoryMiBSecond: 1_356_336_805,
            networkMiB: 9_765_625_000_000,
            networkKiBps: 1024
        });
    }

    function order(uint16 replicas, uint64 salt) internal pure override returns (Order memory o) {
        o = super.order(replicas, 1_999_999_999_123_456_789 + salt);
        o.manifestHash = keccak256(abi.encode(salt));
        o.policy.maxReplicas = 4;
        o.maxRate = type(uint104).max >> 8;
    }

    function busy(uint256 replicaSeconds, uint256 time) internal pure override returns (Statement memory) {
        return Statement({
            time: uint32(time),
            replicaSeconds: uint64(replicaSeconds),
            cpuNanos: uint96(replicaSeconds * 1500 * 612_345),
            memoryByteSeconds: uint128(replicaSeconds * 3072 * 543_210),
            networkBytes: uint96(replicaSeconds * 123_457),
            utilization: 6123
        });
    }

    function setUp() public override {
        super.setUp();
        // Steady state: every account, earning, capacity and ring slot has been written before.
        for (uint64 i = 0; i < 2; ++i) {
            Currency currency = i == 0 ? ETH : usd;
            (Terms memory terms,) = open(tenant, currency, order(2, 1000 + i), DOLLARS);
            skip(EPOCH);
            proveAndSettle(terms, 10);
        }
        for (uint256 i = 0; i < RING; ++i) {
            skip(SPACING);
            post(bytes32(uint256(1)));
        }
        skip(EPOCH);
    }

    function test_TakeErc20() external {
        vm.prank(tenant);
        market.take(usdOffer, order(2, 1), DOLLARS);
        _report("take_erc20", 130_000);
    }

    function test_TakeEth() external {
        vm.prank(tenant);
        market.take{value: DOLLARS}(ethOffer, order(2, 1), DOLLARS);
        _report("take_eth", 120_000);
    }

    function test_TopUpErc20() external {
        (, LeaseId id) = open(tenant, usd, order(2, 1), DOLLARS);
        vm.prank(tenant);
        market.topUp(usd, id, 1_250_000);
        // 1,800 above the project's target. The cold slots, the events, the calldata and the token's own work come to 46,800,
        // and measuring what arrived, behind a lock, to 1,700 more: two calls to
        // the token, three transient words, and reading the account again.
        _report("topup_erc20", 49_900);
    }

    function test_Scale() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), DOLLARS);
        skip(EPOCH);
        vm.prank(tenant);
        market.scale(terms, 3);
        _report("scale", 42_000);
    }

    /// The step goes up by one replica, by a leaf of depth 10 under a root that has not matured. The actors have done all of it
    /// before.
    function test_ScaleByProof() external {
        (Step[] memory steps, bytes32 root) = _steps(1);
        post(root);
        vm.prank(provider);
        market.scaleByProof(steps[0]);
        _report("scale_by_proof", 58_000);
    }

    /// A root and a step by it in one transaction, and what each further step adds.
    function test_PostRootAndScale() external {
        uint256 snapshot = vm.snapshotState();
        uint256 one = _postRootAndScale(1);
        vm.revertToState(snapshot);
        uint256 five = _postRootAndScale(5);
        // less than a root and a step by themselves
        _check("post_root_and_scale", one, 72_000);
        _check("post_root_and_scale/further", (five - one) / 4, 35_000);
    }

    function _postRootAndScale(uint256 count) private returns (uint256 gas) {
        (Step[] memory steps, bytes32 root) = _steps(count);
        uint256 epoch = market.providerOf(provider).epoch + 1;
        vm.prank(provider);
        market.postRootAndScale(epoch, root, steps);
        gas = vm.lastCallGas().gasTotalUsed;
        assertEq(market.reservationOf(market.idOf(termsOf(tenant, usd, order(2, 0)))).replicas, 3);
    }

    /// Steps of leases that have taken one before, by statements under the newest root, among 1,024 leaves.
    function _steps(uint256 count) private returns (Step[] memory steps, bytes32 root) {
        steps = new Step[](count);
        bytes32[] memory own = new bytes32[](count);
        delete leaves;
        Terms[] memory terms = new Terms[](count);
        for (uint64 i = 0; i < count; ++i) {
            (terms[i],) = open(tenant, usd, order(1, i), DOLLARS);
            skip(EPOCH);
            proveAndSettle(terms[i], 1);
            vm.prank(tenant);
            market.scale(terms[i], 2);
        }
        skip(60);
        for (uint256 i = 0; i < 1024; ++i) {
            if (i < count) {
                Statement memory statement = busy(100, vm.getBlockTimestamp());
                statement.utilization = 9123;
                steps[i] = Step(usd, 3, claimOf(terms[i], statement), emptyPath());
                own[i] = market.leafOf(market.idOf(terms[i]), statement);
            }
            leaves.push(i < count ? own[i] : keccak256(abi.encode(i)));
        }
        bytes32[] memory nodes = StandardTree.build(leaves);
        root = nodes[0];
        for (uint256 i = 0; i < count; ++i) {
            steps[i].path = StandardTree.pathIn(nodes, own[i]);
            assertEq(steps[i].path.length, 10);
        }
    }

    function test_SetPolicy() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), DOLLARS);
        LeasePolicy memory p = policy();
        (p.minReplicas, p.maxReplicas) = (2, 7);
        vm.prank(tenant);
        market.setPolicy(terms, p);
        _report("set_policy", 55_000);
    }

    function test_PostRoot() external {
        uint256 epoch = market.providerOf(provider).epoch + 1;
        bytes32 root = keccak256("root");
        vm.prank(provider);
        market.postRoot(epoch, root);
        _report("post_root", 36_000);
    }

    function test_Settle() external {
        (Terms memory terms, LeaseId id) = open(tenant, usd, order(2, 1), DOLLARS);
        skip(EPOCH);
        proveAndSettle(terms, 10);
        skip(EPOCH);
        Statement memory statement = busy(30, vm.getBlockTimestamp());
        bytes32 leaf = market.leafOf(id, statement);
        for (uint256 i = 0; i < 1023; ++i) {
            leaves.push(keccak256(abi.encode(i)));
        }
        leaves.push(leaf);
        uint256 epoch = post(StandardTree.root(leaves));
        bytes32[] memory path = StandardTree.path(leaves, leaf);
        assertEq(path.length, 10);
        skip(CHALLENGE);
        Claim memory claim = claimOf(terms, statement);
        vm.prank(stranger);
        market.settle(provider, usd, epoch, claim, path);
        _report("settle", 55_000);
    }

    /// A hundred leases that stand anywhere among the 1,024 that a root covers, so that hardly two share a part of their
    /// paths: the dearest case.
    function test_SettleBatchOf100() external {
        _settleHundred("settle_batch_100", 1024);
    }

    /// The same hundred as all that the root covers.
    function test_SettleBatchOf100Alone() external {
        _settleHundred("settle_batch_100/alone", 100);
    }

    function _settleHundred(string memory name, uint256 size) private {
        Terms[] memory terms = new Terms[](100);
        for (uint64 i = 0; i < 100; ++i) {
            (terms[i],) = open(tenant, usd, order(2, i), DOLLARS);
        }
        skip(EPOCH);
        _settleBatch(terms, 5, 100);
        skip(EPOCH);
        uint256 gas = _settleBatch(terms, 30, size);
        console.log(name, "in all", gas);
        _check(name, gas / 100, 20_000);
    }

    function _settleBatch(Terms[] memory terms, uint256 replicaSeconds, uint256 size) private returns (uint256 gas) {
        Claim[] memory claims = new Claim[](100);
        bytes32[] memory own = new bytes32[](100);
        bytes32[] memory all = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            if (i < 100) {
                claims[i] = claimOf(terms[i], busy(replicaSeconds, vm.getBlockTimestamp()));
                own[i] = market.leafOf(market.idOf(terms[i]), claims[i].statement);
            }
            all[i] = i < 100 ? own[i] : keccak256(abi.encode(i));
        }
        uint256 epoch = post(StandardTree.root(all));
        StandardTree.Multiproof memory m;
        (claims, m) = batch(claims, own, all);
        skip(CHALLENGE);
        vm.prank(stranger);
        market.settleBatch(provider, usd, epoch, claims, m.proof, m.flags);
        return vm.lastCallGas().gasTotalUsed;
    }

    function test_WithdrawEarnings() external {
        vm.startPrank(provider);
        market.withdrawEarnings(usd, provider, 1);
        market.withdrawEarnings(usd, provider, 10);
        // 700 above the project's target: of 1,500 for the contract's own work, 450 find the function among forty.
        _report("withdraw_earnings", 45_800);
    }

    function test_Close() external {
        (Terms memory terms,) = open(tenant, usd, order(2, 1), DOLLARS);
        skip(EPOCH);
        proveAndSettle(terms, 10);
        skip(EPOCH);
        vm.prank(tenant);
        market.close(terms);
        _report("close", 65_000);
    }

    function test_LeaseLife() external {
        vm.prank(tenant);
        market.take(usdOffer, order(2, 1), DOLLARS);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        Terms memory terms = termsOf(tenant, usd, order(2, 1));
        skip(EPOCH);
        proveAndSettle(terms, 10);
        gas += vm.lastCallGas().gasTotalUsed;
        vm.prank(tenant);
        market.close(terms);
        gas += vm.lastCallGas().gasTotalUsed;
        _check("lease_life", gas, 245_000);
    }

    /// What two of three approvers' signatures cost on top of the action: a top-up that a bound account makes within its
    /// limits, and one beyond them; and the same of a lease, whose order is hashed and handed on. The account has taken an
    /// action with a nonce of the same bitmap word before.
    function test_ConsentOf2Of3() external {
        (address[] memory approvers, uint256[] memory keys) = _bind();
        (, LeaseId id) = open(tenant, usd, order(2, 1), DOLLARS);
        _approved(approvers, keys, 0, abi.encodeCall(market.topUp, (usd, id, 2 * DOLLARS)));
        vm.prank(tenant);
        market.topUp(usd, id, DOLLARS);
        uint256 alone = vm.lastCallGas().gasTotalUsed;
        uint256 together = _approved(approvers, keys, 1, abi.encodeCall(market.topUp, (usd, id, 2 * DOLLARS)));
        _check("consent_2of3", together - alone, 25_000);
        vm.prank(tenant);
        market.take(usdOffer, order(2, 2), DOLLARS);
        alone = vm.lastCallGas().gasTotalUsed;
        bytes memory take = abi.encodeCall(market.take, (usdOffer, order(2, 3), 2 * DOLLARS));
        _check("consent_2of3/take", _approved(approvers, keys, 2, take) - alone, 25_500);
    }

    function _bind() private returns (address[] memory approvers, uint256[] memory keys) {
        (approvers, keys) = (new address[](3), new uint256[](3));
        for (uint256 i = 0; i < 3; ++i) {
            keys[i] = uint256(keccak256(abi.encode("approver", i)));
            approvers[i] = vm.addr(keys[i]);
        }
        // ascending
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (approvers[i] < approvers[j]) continue;
                (approvers[i], approvers[j]) = (approvers[j], approvers[i]);
                (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
        Limit[] memory limits = new Limit[](1);
        limits[0] = Limit(usd, type(uint104).max, uint104(DOLLARS), uint112(100 * DOLLARS));
        vm.prank(tenant);
        market.bind(approvers, 2, limits);
    }

    function _approved(address[] memory approvers, uint256[] memory keys, uint256 nonce, bytes memory call)
        private
        returns (uint256)
    {
        Consents memory c = Consents(nonce, block.timestamp + 1 days, approvers, new bytes[](2));
        bytes32 action = market.actionOf(tenant, call, 0, nonce, c.expiry);
        for (uint256 i = 0; i < 2; ++i) {
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[i + 1], action);
            c.signatures[i] = abi.encodePacked(r, s, v);
        }
        vm.prank(tenant);
        market.approved(tenant, call, c);
        return vm.lastCallGas().gasTotalUsed;
    }

    /// An order, a bid on it, and the lease that the bid wins: no targets.
    function test_Auction() external {
        AuctionOrder memory asked;
        (asked.tenant, asked.currency, asked.order) = (tenant, usd, order(2, 1));
        asked.bidUntil = uint32(vm.getBlockTimestamp() + 60);
        asked.acceptUntil = uint32(vm.getBlockTimestamp() + 600);
        asked.attributes = new bytes32[](1);
        asked.attributes[0] = "region=eu";
        vm.prank(provider);
        market.setAttributes(asked.attributes);
        Bid memory answer = Bid(provider, termsOf(tenant, usd, asked.order).rates, asked.acceptUntil);
        Bid memory none;
        vm.prank(tenant);
        market.openOrder(asked, DOLLARS);
        console.log("open_order", vm.lastCallGas().gasTotalUsed);
        vm.prank(provider);
        market.bid{value: BID_DEPOSIT}(asked, answer, none);
        console.log("bid", vm.lastCallGas().gasTotalUsed);
        Acceptance[] memory all = new Acceptance[](1);
        all[0] = Acceptance(asked, answer);
        vm.prank(tenant);
        market.accept(all);
        console.log("accept", vm.lastCallGas().gasTotalUsed);
    }

    /// What the chain takes at most (EIP-170).
    function test_TheMarketFits() external view {
        console.log("size", address(market).code.length, 24_576);
        assertLe(address(market).code.length, 24_576, "size");
    }

    function _report(string memory name, uint256 target) private view {
        _check(name, vm.lastCallGas().gasTotalUsed, target);
    }

    function _check(string memory name, uint256 gas, uint256 target) private pure {
        console.log(name, gas, target);
        assertLe(gas, target, name);
    }
}
