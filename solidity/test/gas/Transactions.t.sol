// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {VmSafe} from "forge-std/Vm.sol";
import {console} from "forge-std/console.sol";

import {Currency} from "../../src/types/Currency.sol";
import {Terms, Usage} from "../../src/types/DataTypes.sol";
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
    bytes32[] private leaves;

    function setUp() public override {
        super.setUp();
        // Steady state: every account, earning, capacity and ring slot has been written before.
        for (uint64 i = 0; i < 2; ++i) {
            Currency currency = i == 0 ? ETH : usd;
            (Terms memory terms,) = open(tenant, currency, order(2, 1000 + i), DEPOSIT);
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
        market.take(usdOffer, order(2, 1), DEPOSIT);
        _report("take_erc20", 130_000);
    }

    function test_TakeEth() external {
        vm.prank(tenant);
        market.take{value: DEPOSIT}(ethOffer, order(2, 1), DEPOSIT);
        _report("take_eth", 120_000);
    }

    function test_TopUpErc20() external {
        (, LeaseId id) = open(usd, 2);
        vm.prank(tenant);
        market.topUp(id, usd, 1000);
        _report("topup_erc20", 48_000);
    }

    function test_Scale() external {
        (Terms memory terms,) = open(usd, 2);
        skip(EPOCH);
        vm.prank(tenant);
        market.scale(terms, 3);
        _report("scale", 42_000);
    }

    function test_PostRoot() external {
        uint256 epoch = market.providerOf(provider).epoch + 1;
        bytes32 root = keccak256("root");
        vm.prank(provider);
        market.postRoot(epoch, root);
        _report("post_root", 36_000);
    }

    function test_Settle() external {
        (Terms memory terms, LeaseId id) = open(usd, 2);
        skip(EPOCH);
        proveAndSettle(terms, 10);
        skip(EPOCH);
        Usage memory usage = busy(30, vm.getBlockTimestamp());
        bytes32 leaf = market.leafOf(id, usage);
        for (uint256 i = 0; i < 1023; ++i) {
            leaves.push(keccak256(abi.encode(i)));
        }
        leaves.push(leaf);
        uint256 epoch = post(StandardTree.root(leaves));
        bytes32[] memory path = StandardTree.path(leaves, leaf);
        assertEq(path.length, 10);
        skip(CHALLENGE);
        vm.prank(stranger);
        market.settle(terms, usage, epoch, path);
        _report("settle", 55_000);
    }

    function test_SettleBatchOf100() external {
        Terms[] memory terms = new Terms[](100);
        Usage[] memory usages = new Usage[](100);
        for (uint64 i = 0; i < 100; ++i) {
            (terms[i],) = open(tenant, usd, order(2, i), DEPOSIT);
        }
        skip(EPOCH);
        for (uint256 i = 0; i < 100; ++i) {
            usages[i] = busy(5, vm.getBlockTimestamp());
        }
        _settleBatch(terms, usages);
        skip(EPOCH);
        for (uint256 i = 0; i < 100; ++i) {
            usages[i] = busy(30, vm.getBlockTimestamp());
        }
        uint256 gas = _settleBatch(terms, usages);
        console.log("settle_batch_100 in all", gas);
        _check("settle_batch_100", gas / 100, 20_000);
    }

    function _settleBatch(Terms[] memory terms, Usage[] memory usages) private returns (uint256 gas) {
        (Terms[] memory t, Usage[] memory u, StandardTree.Multiproof memory m, bytes32 root) = batch(terms, usages);
        uint256 epoch = post(root);
        skip(CHALLENGE);
        vm.prank(stranger);
        market.settleBatch(provider, epoch, t, u, m.proof, m.flags);
        return vm.lastCallGas().gasTotalUsed;
    }

    function test_WithdrawEarnings() external {
        vm.startPrank(provider);
        market.withdrawEarnings(usd, provider, 1);
        market.withdrawEarnings(usd, provider, 10);
        _report("withdraw_earnings", 45_000);
    }

    function test_Close() external {
        (Terms memory terms,) = open(usd, 2);
        skip(EPOCH);
        proveAndSettle(terms, 10);
        skip(EPOCH);
        vm.prank(tenant);
        market.close(terms);
        _report("close", 65_000);
    }

    function test_LeaseLife() external {
        vm.prank(tenant);
        market.take(usdOffer, order(2, 1), DEPOSIT);
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

    function _report(string memory name, uint256 target) private view {
        _check(name, vm.lastCallGas().gasTotalUsed, target);
    }

    function _check(string memory name, uint256 gas, uint256 target) private pure {
        console.log(name, gas, target);
        assertLe(gas, target, name);
    }
}
