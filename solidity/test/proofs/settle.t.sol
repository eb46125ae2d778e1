// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Claim, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {StandardTree} from "../StandardTree.sol";

contract SettleTest is MarketTest {
    Terms private terms;
    LeaseId private id;
    bytes32[] private leaves;

    function setUp() public override {
        super.setUp();
        (terms, id) = open(usd, 2);
        skip(10);
    }

    function _now() private view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function _refused(Claim memory claim, uint256 epoch, bytes32[] memory path, bytes memory why) private {
        vm.expectRevert(why);
        market.settle(provider, usd, epoch, claim, path);
    }

    function _refused(Claim memory claim, uint256 epoch, bytes memory why) private {
        _refused(claim, epoch, emptyPath(), why);
    }

    // Which root

    function test_RevertWhen_NoSuchRoot() external {
        Claim memory claim = claimOf(terms, busy(20, _now()));
        _refused(claim, 1, abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 1));
        _refused(claim, 0, abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 0));
    }

    function test_RevertWhen_TheRootIsAnotherProviders() external {
        Statement memory statement = busy(20, _now());
        bytes32 leaf = market.leafOf(id, statement);
        vm.startPrank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        market.postRoot(1, leaf);
        vm.stopPrank();
        skip(CHALLENGE);
        Claim memory claim = claimOf(terms, statement);
        _refused(claim, 1, abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 1));
        // naming the other provider names another lease
        vm.expectRevert(Errors.BadPath.selector);
        market.settle(stranger, usd, 1, claim, emptyPath());
    }

    function test_RevertWhen_TheRingHasOverwrittenTheRoot() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = post(market.leafOf(id, statement));
        for (uint256 i = 0; i < RING; ++i) {
            skip(SPACING);
            post(bytes32(i));
        }
        skip(CHALLENGE);
        _refused(claimOf(terms, statement), epoch, abi.encodeWithSelector(Errors.RootUnknown.selector, provider, epoch));
    }

    function test_RevertWhen_TheRootIsImmature() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = post(market.leafOf(id, statement));
        uint256 until = _now() + CHALLENGE;
        skip(CHALLENGE - 1);
        _refused(claimOf(terms, statement), epoch, abi.encodeWithSelector(Errors.RootImmature.selector, until));
        skip(1);
        settle(terms, statement, epoch, emptyPath());
    }

    // Which statement

    /// A near miss: each field of the statement, and each part of the lease, off by one.
    function test_RevertWhen_AnyFieldIsOffByOne() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        for (uint256 field = 0; field < 12; ++field) {
            Claim memory claim = claimOf(terms, statement);
            if (field == 0) --claim.statement.time;
            if (field == 1) ++claim.statement.replicaSeconds;
            if (field == 2) ++claim.statement.cpuNanos;
            if (field == 3) ++claim.statement.memoryByteSeconds;
            if (field == 4) ++claim.statement.networkBytes;
            if (field == 5) ++claim.statement.utilization;
            if (field == 6) ++claim.rates.reserved;
            if (field == 7) ++claim.rates.replicaSecond;
            if (field == 8) ++claim.rates.cpuSecond;
            if (field == 9) ++claim.rates.memoryMiBSecond;
            if (field == 10) ++claim.rates.networkMiB;
            if (field == 11) claim.orderHash = bytes32(uint256(claim.orderHash) ^ 1);
            _refused(claim, epoch, abi.encodeWithSelector(Errors.BadPath.selector));
        }
        Claim memory inEth = claimOf(terms, statement);
        vm.expectRevert(Errors.BadPath.selector);
        market.settle(provider, ETH, epoch, inEth, emptyPath());
    }

    /// A provider that invents terms finds no lease under them.
    function test_RevertWhen_NobodyOpenedTheLease() external {
        Terms memory invented = termsOf(tenant, usd, order(2, 99));
        Statement memory statement = busy(20, _now());
        LeaseId none = market.idOf(invented);
        uint256 epoch = prove(none, statement);
        _refused(claimOf(invented, statement), epoch, abi.encodeWithSelector(Errors.LeaseUnknown.selector, none));
    }

    function test_RevertWhen_TheStatementIsYoungerThanItsRoot() external {
        Statement memory statement = busy(20, _now() + 1);
        uint256 epoch = prove(id, statement);
        _refused(
            claimOf(terms, statement),
            epoch,
            abi.encodeWithSelector(Errors.StatementFromFuture.selector, statement.time)
        );
    }

    function test_RevertWhen_TheStatementHasLapsed() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        skip(CLAIM - CHALLENGE + 1);
        _refused(
            claimOf(terms, statement),
            epoch,
            abi.encodeWithSelector(Errors.StatementLapsed.selector, statement.time, statement.time + 1)
        );
    }

    /// Of an old statement only the seconds count that are still in the claim window.
    function test_AnOldStatementPaysWhatHasNotLapsed() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        uint256 snapshot = vm.snapshotState();
        skip(CLAIM - CHALLENGE - 3);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 3 * 2 * RATE);
        vm.revertToState(snapshot);
        skip(CLAIM - CHALLENGE);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
    }

    // Which path

    function _tree(Statement memory statement) private returns (bytes32 leaf, uint256 epoch) {
        leaf = market.leafOf(id, statement);
        for (uint256 i = 0; i < 6; ++i) {
            leaves.push(keccak256(abi.encode(i)));
        }
        leaves.push(leaf);
        epoch = post(StandardTree.root(leaves));
        skip(CHALLENGE);
    }

    function test_RevertWhen_ThePathIsForged() external {
        Statement memory statement = busy(20, _now());
        (bytes32 leaf, uint256 epoch) = _tree(statement);
        bytes32[] memory path = StandardTree.path(leaves, leaf);
        Claim memory claim = claimOf(terms, statement);
        bytes memory why = abi.encodeWithSelector(Errors.BadPath.selector);
        _refused(claim, epoch, emptyPath(), why);
        for (uint256 i = 0; i < path.length; ++i) {
            bytes32 kept = path[i];
            path[i] = bytes32(uint256(kept) ^ 1);
            _refused(claim, epoch, path, why);
            path[i] = kept;
        }
        (path[0], path[1]) = (path[1], path[0]);
        _refused(claim, epoch, path, why);
        (path[0], path[1]) = (path[1], path[0]);
        market.settle(provider, usd, epoch, claim, path);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    /// An inner node cannot be a leaf: a leaf is hashed twice and its inner hash is of seven words, a node's of two.
    function test_RevertWhen_ALeafIsOnlyHashedOnce() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = post(keccak256(abi.encode(id, statement)));
        skip(CHALLENGE);
        _refused(claimOf(terms, statement), epoch, abi.encodeWithSelector(Errors.BadPath.selector));
    }

    function test_TheLeafIsTheStandardTrees() external view {
        Statement memory statement = busy(20, _now());
        bytes32 once = keccak256(abi.encode(id, statement));
        assertEq(market.leafOf(id, statement), keccak256(abi.encode(once)));
    }

    /// 28 bytes of the root are kept: changing only the four that are not kept changes nothing, changing any other does.
    function test_TheKeptBytesOfTheRootDecide() external {
        Statement memory statement = busy(20, _now());
        bytes32 root = market.leafOf(id, statement);
        uint256 epoch = post(bytes32(uint256(root) ^ (1 << 32)));
        skip(CHALLENGE);
        _refused(claimOf(terms, statement), epoch, abi.encodeWithSelector(Errors.BadPath.selector));
        epoch = post(bytes32(uint256(root) ^ 1));
        skip(CHALLENGE);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    function test_DuplicateLeavesPayOnce() external {
        Statement memory statement = busy(20, _now());
        bytes32 leaf = market.leafOf(id, statement);
        leaves.push(leaf);
        leaves.push(leaf);
        uint256 epoch = post(StandardTree.root(leaves));
        skip(CHALLENGE);
        bytes32[] memory path = new bytes32[](1);
        path[0] = leaf;
        settle(terms, statement, epoch, path);
        settle(terms, statement, epoch, path);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    // What it pays

    function test_Settles() external {
        Statement memory statement = busy(15, _now());
        uint256 epoch = prove(id, statement);
        Claim memory claim = claimOf(terms, statement);
        vm.expectEmit(address(market));
        emit IProofs.Settled(id, provider, statement.time, 15 * RATE);
        vm.prank(stranger);
        market.settle(provider, usd, epoch, claim, emptyPath());
        assertEq(market.earnings(provider, usd), 15 * RATE);
        assertEq(market.accountOf(id, usd).paid, 15 * RATE);
        assertEq(market.accountOf(id, usd).settledAt, statement.time);
        assertEq(market.accountOf(id, usd).minReplicas, 1);
        assertEq(balanceOf(id, usd), DEPOSIT - 15 * RATE);
        assertEq(market.earnings(provider, ETH), 0);
    }

    /// The four prices, each alone.
    function test_EachCounterHasItsPrice() external {
        Statement memory statement = Statement(uint32(_now()), 3, 0, 0, 0, 0);
        _pays(statement, 3 * 7);
        statement = Statement(uint32(_now()), 3, 5e9, 0, 0, 0);
        _pays(statement, 3 * 7 + 5 * 2);
        statement = Statement(uint32(_now()), 3, 5e9, 7000 << 20, 0, 0);
        _pays(statement, 3 * 7 + 5 * 2 + 7);
        statement = Statement(uint32(_now()), 3, 5e9, 7000 << 20, 11 << 20, 0);
        _pays(statement, 3 * 7 + 5 * 2 + 7 + 11);
    }

    function _pays(Statement memory statement, uint256 inAll) private {
        uint256 epoch = prove(id, statement);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), inAll);
    }

    function test_TheSameStatementTwicePaysOnce() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        settle(terms, statement, epoch, emptyPath());
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    function test_AnOlderStatementPaysNothingAndHarmsNobody() external {
        Statement memory older = busy(10, _now() - 5);
        uint256 first = post(market.leafOf(id, older));
        skip(SPACING);
        Statement memory newer = busy(20, _now());
        uint256 second = prove(id, newer);
        settle(terms, newer, second, emptyPath());
        uint256 paid = market.earnings(provider, usd);
        settle(terms, older, first, emptyPath());
        assertEq(market.earnings(provider, usd), paid);
        assertEq(market.accountOf(id, usd).settledAt, newer.time);
    }

    /// A counter that fell pays nothing, and what was paid is not paid again when it has risen.
    function test_ACounterThatFellPaysNothing() external {
        _pays(busy(20, _now()), 20 * RATE);
        _pays(busy(5, _now()), 20 * RATE);
        _pays(busy(21, _now()), 21 * RATE);
    }

    function test_NeverMoreThanTheReservedIntegral() external {
        _pays(busy(1_000_000, _now()), 20 * RATE);
    }

    function test_NeverMoreThanTheBalance() external {
        Terms memory poor = termsOf(tenant, usd, order(2, 2));
        (, LeaseId poorId) = open(tenant, usd, order(2, 2), 2 * RATE * NOTICE);
        skip(10 * NOTICE);
        Statement memory statement = busy(2 * 10 * NOTICE, _now());
        uint256 epoch = prove(poorId, statement);
        settle(poor, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 2 * RATE * NOTICE);
        assertEq(balanceOf(poorId, usd), 0);
        // the other lease's money is untouched
        assertEq(balanceOf(id, usd), DEPOSIT);
        // a later top-up pays what was used then
        vm.prank(stranger);
        market.topUp(usd, poorId, 1000);
        skip(1);
        statement.time = uint32(_now());
        epoch = prove(poorId, statement);
        settle(poor, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 2 * RATE * NOTICE + 1000);
    }

    function test_TheHighestCountersDoNotOverflow() external {
        Statement memory statement = Statement({
            time: uint32(_now()),
            replicaSeconds: type(uint64).max,
            cpuNanos: type(uint96).max,
            memoryByteSeconds: type(uint128).max,
            networkBytes: type(uint96).max,
            utilization: type(uint16).max
        });
        _pays(statement, 20 * RATE);
    }

    function test_AfterTheClosingPaysUpToTheClosingOnly() external {
        vm.prank(tenant);
        market.close(terms);
        skip(100);
        _pays(busy(220, _now()), 20 * RATE);
        assertEq(balanceOf(id, usd), 0);
    }

    /// What was reserved longer than the claim window ago and not proven has lapsed: a busy lease earns the window's.
    function test_AfterALapseOnlyTheClaimWindowCounts() external {
        skip(CLAIM + 990);
        uint256 time = _now();
        Statement memory statement = busy(2 * (CLAIM + 1000), time);
        uint256 epoch = prove(id, statement);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 2 * RATE * (CLAIM - CHALLENGE));
        assertEq(market.reservationOf(id).since, time + CHALLENGE - CLAIM);
        assertEq(market.reservationOf(id).replicas, 2);
        assertEq(market.reservationOf(id).maxReplicas, 10);
    }

    /// The lapse ends where the last step was: before it the contract knows no curve.
    function test_AStepInsideTheWindowStopsTheLapse() external {
        skip(CLAIM);
        vm.prank(tenant);
        market.scale(terms, 3);
        uint256 step = _now();
        skip(100);
        uint256 epoch = prove(id, busy(1e9, step + 100));
        settle(terms, busy(1e9, step + 100), epoch, emptyPath());
        assertEq(market.reservationOf(id).since, step);
        // when the step was taken, ten seconds of the reservation had lapsed
        assertEq(market.earnings(provider, usd), 2 * RATE * CLAIM + 3 * RATE * 100);
    }

    /// Settled in the very second in which the claim window begins, nothing has lapsed; a second later, what that statement
    /// left of the reservation has.
    function test_WhatWasSettledAsTheWindowBeginsHasNotLapsed() external {
        uint256 time = _now();
        uint256 epoch = prove(id, busy(5, time));
        settle(terms, busy(5, time), epoch, emptyPath());
        skip(CLAIM - 2 * CHALLENGE);
        Statement memory statement = busy(1e6, _now());
        epoch = prove(id, statement);
        assertEq(_now(), time + CLAIM);
        uint256 all = 2 * RATE * (statement.time - START);
        uint256 snapshot = vm.snapshotState();
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), all);
        vm.revertToState(snapshot);
        skip(1);
        settle(terms, statement, epoch, emptyPath());
        // the one second of lapse takes what was reserved until then and not paid
        assertEq(market.earnings(provider, usd), 5 * RATE + 2 * RATE * (statement.time - time - 1));
    }

    /// What was reserved before a step, and never settled, lapses in the very second in which the window begins with it.
    function test_WhatLiesBeforeAStepLapsesAsTheWindowBegins() external {
        vm.startPrank(tenant);
        market.topUp(usd, id, DEPOSIT);
        market.scale(terms, 3);
        vm.stopPrank();
        uint256 step = _now();
        skip(CLAIM - 1 - CHALLENGE);
        Statement memory statement = busy(1e6, _now());
        uint256 epoch = prove(id, statement);
        assertEq(_now(), step + CLAIM - 1);
        uint256 snapshot = vm.snapshotState();
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 2 * RATE * (step - START) + 3 * RATE * (statement.time - step));
        vm.revertToState(snapshot);
        skip(1);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 3 * RATE * (statement.time - step));
    }

    function test_InEth() external {
        (Terms memory inEth, LeaseId ethId) = open(tenant, ETH, order(2, 5), DEPOSIT);
        skip(10);
        proveAndSettle(inEth, 20);
        assertEq(market.earnings(provider, ETH), 20 * RATE);
        assertEq(market.earnings(provider, usd), 0);
        assertEq(balanceOf(ethId, ETH), DEPOSIT - 20 * RATE);
    }

    function test_RevertWhen_TheProviderAsksInAnotherCurrency() external {
        Statement memory statement = busy(20, _now());
        Claim memory claim = claimOf(terms, statement);
        LeaseId other = _idIn(ETH);
        uint256 epoch = prove(other, statement);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, other));
        market.settle(provider, ETH, epoch, claim, emptyPath());
    }

    function _idIn(Currency currency) private view returns (LeaseId) {
        Terms memory changed = terms;
        changed.currency = currency;
        return market.idOf(changed);
    }

    // A dispute

    /// Nothing is paid, nothing is remembered as settled, and nothing is lost when it ends.
    function testFuzz_WhileItIsDisputed(uint8 wait, bool again) external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        bytes32 before = keccak256(abi.encode(market.accountOf(id, usd), market.reservationOf(id)));
        vm.recordLogs();
        settle(terms, statement, epoch, emptyPath());
        skip(wait);
        if (again) settle(terms, statement, epoch, emptyPath());
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(keccak256(abi.encode(market.accountOf(id, usd), market.reservationOf(id))), before);
        assertEq(market.earnings(provider, usd), 0);
        vm.prank(arbiters);
        market.rule(terms, false, 0);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
        assertEq(market.accountOf(id, usd).settledAt, statement.time);
    }

    /// A freeze ends by its own transaction and not by time.
    function test_UntilItsDisputeIsEnded() external {
        Statement memory statement = busy(20, _now());
        uint256 epoch = prove(id, statement);
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        skip(2 * DISPUTE);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
        market.endDispute(terms);
        settle(terms, statement, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }
}
