// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";

import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Claim, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {StandardTree} from "../StandardTree.sol";

contract SettleBatchTest is MarketTest {
    uint256 private constant LEASES = 5;
    uint256 private constant OTHERS = 6;

    Terms[] private terms;
    bytes32[] private own;
    bytes32[] private all;
    Claim[] private claims;

    /// Five leases among eleven that a root covers; the i-th has used i + 1 replica-seconds.
    function setUp() public override {
        super.setUp();
        for (uint64 i = 0; i < LEASES; ++i) {
            (Terms memory t,) = open(tenant, usd, order(2, i), DEPOSIT);
            terms.push(t);
        }
        skip(10);
        for (uint256 i = 0; i < LEASES; ++i) {
            _add(claimOf(terms[i], busy(i + 1, vm.getBlockTimestamp())), market.idOf(terms[i]));
        }
        for (uint256 i = 0; i < OTHERS; ++i) {
            all.push(keccak256(abi.encode(i)));
        }
    }

    function _add(Claim memory claim, LeaseId id) private {
        claims.push(claim);
        own.push(market.leafOf(id, claim.statement));
        all.push(own[own.length - 1]);
    }

    function _post() private returns (uint256 epoch, Claim[] memory ordered, StandardTree.Multiproof memory m) {
        (ordered, m) = batch(claims, own, all);
        epoch = post(StandardTree.root(all));
        skip(CHALLENGE);
    }

    function test_Settles() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        vm.recordLogs();
        vm.prank(stranger);
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), (1 + 2 + 3 + 4 + 5) * RATE);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, LEASES);
        for (uint256 i = 0; i < LEASES; ++i) {
            LeaseId id = market.idOf(terms[i]);
            assertEq(market.accountOf(id, usd).paid, (i + 1) * RATE);
            assertEq(balanceOf(id, usd), DEPOSIT - (i + 1) * RATE);
            assertEq(logs[i].topics[0], IProofs.Settled.selector);
        }
    }

    function test_PaysWhatSettlingOneByOneDoes() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        uint256 snapshot = vm.snapshotState();
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        uint256 together = market.earnings(provider, usd);
        vm.revertToState(snapshot);
        for (uint256 i = 0; i < LEASES; ++i) {
            market.settle(provider, usd, epoch, claims[i], StandardTree.path(all, own[i]));
        }
        assertEq(market.earnings(provider, usd), together);
    }

    function test_TwicePaysOnce() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        vm.recordLogs();
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }

    function test_OneStatementAloneIsItsOwnRoot() external {
        Claim[] memory one = new Claim[](1);
        one[0] = claims[2];
        uint256 epoch = post(own[2]);
        skip(CHALLENGE);
        market.settleBatch(provider, usd, epoch, one, emptyPath(), new uint256[](0));
        assertEq(market.earnings(provider, usd), 3 * RATE);
    }

    function test_RevertWhen_Empty() external {
        (uint256 epoch,,) = _post();
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = StandardTree.root(all);
        vm.expectRevert(Errors.BadPath.selector);
        market.settleBatch(provider, usd, epoch, new Claim[](0), proof, new uint256[](0));
        vm.expectRevert(Errors.BadPath.selector);
        market.settleBatch(provider, usd, epoch, new Claim[](0), emptyPath(), new uint256[](0));
    }

    function test_RevertWhen_AStatementIsOffByOne() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        for (uint256 i = 0; i < LEASES; ++i) {
            ++c[i].statement.cpuNanos;
            vm.expectRevert(Errors.BadPath.selector);
            market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
            --c[i].statement.cpuNanos;
        }
        assertEq(market.earnings(provider, usd), 0);
    }

    function test_RevertWhen_TheProofIsForged() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        for (uint256 i = 0; i < m.proof.length; ++i) {
            bytes32 kept = m.proof[i];
            m.proof[i] = bytes32(uint256(kept) ^ 1);
            vm.expectRevert(Errors.BadPath.selector);
            market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
            m.proof[i] = kept;
        }
        // not of its sibling, whose order does not matter
        (c[0], c[c.length - 1]) = (c[c.length - 1], c[0]);
        vm.expectRevert(Errors.BadPath.selector);
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
    }

    /// Every flag turned round either runs out of the proof or leaves some of it, or gives another root.
    function test_RevertWhen_AFlagIsTurned() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        uint256 steps = c.length + m.proof.length - 1;
        for (uint256 i = 0; i < steps; ++i) {
            m.flags[0] ^= 1 << i;
            vm.expectRevert();
            market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
            m.flags[0] ^= 1 << i;
        }
        vm.expectRevert();
        market.settleBatch(provider, usd, epoch, c, m.proof, new uint256[](0));
        // bits beyond the steps mean nothing
        m.flags[0] |= 1 << steps;
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }

    function test_RevertWhen_ThereIsMoreProofThanSteps() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        bytes32[] memory more = new bytes32[](m.proof.length + 1);
        for (uint256 i = 0; i < m.proof.length; ++i) {
            more[i] = m.proof[i];
        }
        vm.expectRevert(Errors.BadPath.selector);
        market.settleBatch(provider, usd, epoch, c, more, m.flags);
    }

    function test_RevertWhen_TheRootIsImmatureOrUnknown() external {
        (Claim[] memory c, StandardTree.Multiproof memory m) = batch(claims, own, all);
        vm.expectRevert(abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 1));
        market.settleBatch(provider, usd, 1, c, m.proof, m.flags);
        post(StandardTree.root(all));
        vm.expectRevert(abi.encodeWithSelector(Errors.RootImmature.selector, vm.getBlockTimestamp() + CHALLENGE));
        market.settleBatch(provider, usd, 1, c, m.proof, m.flags);
    }

    function test_RevertWhen_OneStatementIsFromTheFuture() external {
        Statement memory late = busy(3, vm.getBlockTimestamp() + 1);
        (Terms memory t, LeaseId id) = open(tenant, usd, order(2, 77), DEPOSIT);
        _add(claimOf(t, late), id);
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        vm.expectRevert(abi.encodeWithSelector(Errors.StatementFromFuture.selector, late.time));
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
    }

    function test_RevertWhen_OneLeaseIsAnotherProvidersOrNobodys() external {
        Terms memory t = termsOf(tenant, usd, order(2, 99));
        LeaseId none = market.idOf(t);
        _add(claimOf(t, busy(1, vm.getBlockTimestamp())), none);
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, none));
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), 0);
    }

    function test_ALapsedStatementDoesNotStopTheOthers() external {
        // the last lease's statement is twenty seconds younger than the others
        skip(10);
        (Terms memory t, LeaseId id) = open(tenant, usd, order(2, 77), DEPOSIT);
        skip(10);
        _add(claimOf(t, busy(7, vm.getBlockTimestamp())), id);
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        skip(CLAIM - CHALLENGE - 5);
        vm.recordLogs();
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(vm.getRecordedLogs().length, 1);
        assertEq(market.earnings(provider, usd), 7 * RATE);
    }

    /// What was reserved until a step lapses only when the step has left the claim window.
    function test_AStatementAsOldAsTheClaimWindowIsSettled() external {
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        vm.prank(tenant);
        market.scale(terms[0], 3);
        skip(CLAIM - CHALLENGE);
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), RATE);
        assertEq(market.accountOf(market.idOf(terms[0]), usd).paid, RATE);
    }

    /// The same lease named twice in a batch is paid once.
    function test_ADuplicateIsPaidOnce() external {
        delete all;
        delete own;
        delete claims;
        Statement memory statement = busy(4, vm.getBlockTimestamp());
        LeaseId id = market.idOf(terms[0]);
        _add(claimOf(terms[0], statement), id);
        _add(claimOf(terms[0], statement), id);
        uint256 epoch = post(StandardTree.root(all));
        skip(CHALLENGE);
        uint256[] memory flags = new uint256[](1);
        flags[0] = 1;
        market.settleBatch(provider, usd, epoch, claims, emptyPath(), flags);
        assertEq(market.earnings(provider, usd), 4 * RATE);
    }

    /// More steps than one word of flags has bits.
    function test_MoreThan256Steps() external {
        for (uint256 i = 0; i < 600; ++i) {
            all.push(keccak256(abi.encode("more", i)));
        }
        for (uint64 i = 0; i < 35; ++i) {
            (Terms memory t, LeaseId id) = open(tenant, usd, order(2, 100 + i), DEPOSIT);
            _add(claimOf(t, Statement(uint32(vm.getBlockTimestamp()), 0, 0, 0, 0, 0)), id);
        }
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        assertGt(m.flags.length, 0);
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }

    /// A disputed lease is paid nothing and does not stop the others.
    function testFuzz_ADisputedLeaseIsPassedOver(uint8 which) external {
        which = which % uint8(LEASES);
        (uint256 epoch, Claim[] memory c, StandardTree.Multiproof memory m) = _post();
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms[which], "evidence");
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), (15 - (which + 1)) * RATE);
        LeaseId id = market.idOf(terms[which]);
        assertEq(market.accountOf(id, usd).paid, 0);
        assertEq(market.accountOf(id, usd).settledAt, START);
        skip(DISPUTE);
        market.endDispute(terms[which]);
        market.settleBatch(provider, usd, epoch, c, m.proof, m.flags);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }
}
