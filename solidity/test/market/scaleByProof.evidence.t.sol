// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {Currency} from "../../src/types/Currency.sol";
import {LeasePolicy, Order, Statement, Step, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {StandardTree} from "../StandardTree.sol";
import {ScaleByProofTest} from "./ScaleByProofTest.sol";

/// Which lease a step is of, and which statement it goes by.
contract ScaleByProofEvidenceTest is ScaleByProofTest {
    // Which lease

    function test_RevertWhen_NotTheProvider() external {
        Step memory step = stepTo(terms, 5, 9000);
        post(market.leafOf(id, step.claim.statement));
        address[2] memory others = [tenant, stranger];
        for (uint256 i = 0; i < 2; ++i) {
            LeaseId theirs = _idOf(others[i], usd);
            vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, theirs));
            vm.prank(others[i]);
            market.scaleByProof(step);
        }
    }

    /// Another provider's root over this lease's statement moves nothing.
    function test_RevertWhen_AnotherProviderPostsTheStatement() external {
        Step memory step = stepTo(terms, 5, 9000);
        bytes32 leaf = market.leafOf(id, step.claim.statement);
        LeaseId theirs = _idOf(stranger, usd);
        vm.startPrank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        market.postRoot(1, leaf);
        vm.expectRevert(abi.encodeWithSelector(Errors.LeaseUnknown.selector, theirs));
        market.scaleByProof(step);
    }

    function test_RevertWhen_TheTermsAreOthers() external {
        Step memory step = stepTo(terms, 5, 9000);
        LeaseId other = _idOf(provider, ETH);
        post(market.leafOf(other, step.claim.statement));
        step.currency = ETH;
        _refused(step, abi.encodeWithSelector(Errors.LeaseUnknown.selector, other));
        step = stepTo(terms, 5, 9000);
        // a rate that reserves less, or more, is another lease's
        ++step.claim.rates.reserved;
        Terms memory changed = terms;
        ++changed.rates.reserved;
        _refused(step, abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(changed)));
    }

    function _idOf(address provider_, Currency currency) private view returns (LeaseId) {
        Terms memory changed = terms;
        (changed.provider, changed.currency) = (provider_, currency);
        return market.idOf(changed);
    }

    function test_RevertWhen_Closed() external {
        vm.prank(tenant);
        market.close(terms);
        _refused(5, 9000, abi.encodeWithSelector(Errors.LeaseIsClosed.selector, id));
    }

    function test_NoticeChangesNothing() external {
        vm.prank(provider);
        market.giveNotice(terms);
        _scale(5, 9000);
    }

    // Which statement

    function test_RevertWhen_ThereIsNoRoot() external {
        Step memory step = stepTo(terms, 5, 9000);
        _refused(step, abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 0));
    }

    function test_RevertWhen_TheRootIsNotTheNewest() external {
        Step memory step = stepTo(terms, 5, 9000);
        post(market.leafOf(id, step.claim.statement));
        skip(SPACING);
        post("another");
        _refused(step, abi.encodePacked(Errors.BadPath.selector));
    }

    function test_RevertWhen_TheRingHasOverwrittenTheRoot() external {
        Step memory step = stepTo(terms, 5, 9000);
        post(market.leafOf(id, step.claim.statement));
        for (uint256 i = 0; i < RING; ++i) {
            skip(SPACING);
            post(bytes32(i));
        }
        _refused(step, abi.encodePacked(Errors.BadPath.selector));
    }

    function test_RevertWhen_AnyFieldIsOffByOne() external {
        Step memory step = stepTo(terms, 5, 9000);
        post(market.leafOf(id, step.claim.statement));
        for (uint256 field = 0; field < 6; ++field) {
            step = stepTo(terms, 5, 9000);
            Statement memory statement = step.claim.statement;
            if (field == 0) --statement.time;
            if (field == 1) ++statement.replicaSeconds;
            if (field == 2) ++statement.cpuNanos;
            if (field == 3) ++statement.memoryByteSeconds;
            if (field == 4) ++statement.networkBytes;
            if (field == 5) ++statement.utilization;
            _refused(step, abi.encodePacked(Errors.BadPath.selector));
        }
    }

    function test_RevertWhen_ThePathIsWrong() external {
        (Terms memory other, LeaseId otherId) = open(tenant, usd, order(4, 3), DEPOSIT);
        Step memory step = stepTo(terms, 5, 9000);
        bytes32[] memory leaves = new bytes32[](3);
        leaves[0] = market.leafOf(id, step.claim.statement);
        leaves[1] = market.leafOf(otherId, stepTo(other, 5, 9100).claim.statement);
        leaves[2] = "a third";
        post(StandardTree.root(leaves));
        _refused(step, abi.encodePacked(Errors.BadPath.selector));
        step.path = StandardTree.path(leaves, leaves[1]);
        _refused(step, abi.encodePacked(Errors.BadPath.selector));
        // the other lease's busier statement justifies nothing here
        step.claim.statement = stepTo(other, 5, 9100).claim.statement;
        _refused(step, abi.encodePacked(Errors.BadPath.selector));
        step.claim.statement = stepTo(terms, 5, 9000).claim.statement;
        step.path = StandardTree.path(leaves, leaves[0]);
        vm.prank(provider);
        market.scaleByProof(step);
        assertEq(market.reservationOf(id).replicas, 5);
    }

    function test_RevertWhen_TheStatementIsYoungerThanItsRoot() external {
        Step memory step = stepTo(terms, 5, 9000);
        uint256 time = ++step.claim.statement.time;
        post(market.leafOf(id, step.claim.statement));
        skip(1);
        _refused(step, abi.encodeWithSelector(Errors.StatementFromFuture.selector, time));
    }

    /// Without a cooldown the opening and each step still ask for a statement of their own.
    function test_RevertWhen_TheStatementIsNotYoungerThanTheLastStep() external {
        LeasePolicy memory p = policy();
        p.cooldown = 0;
        Order memory o = order(2, 2);
        o.policy = p;
        (terms, id) = open(tenant, usd, o, DEPOSIT);
        uint256 time = vm.getBlockTimestamp();
        _refused(3, 9000, abi.encodeWithSelector(Errors.StatementUsed.selector, time, time));
        Step memory step = stepTo(terms, 3, 9000);
        post(market.leafOf(id, step.claim.statement));
        skip(SPACING);
        vm.startPrank(provider);
        market.scaleByProof(step);
        // the leaf that was climbed
        step.replicas = 4;
        vm.stopPrank();
        time = vm.getBlockTimestamp();
        bytes memory why = abi.encodeWithSelector(Errors.StatementUsed.selector, time - SPACING, time);
        _refused(step, why);
        // and one of the step's own second, which speaks of the time before it
        step = stepTo(terms, 4, 9000);
        post(market.leafOf(id, step.claim.statement));
        _refused(step, abi.encodeWithSelector(Errors.StatementUsed.selector, time, time));
        skip(SPACING);
        _scale(4, 9000);
    }

    /// The tenant's own step uses up what was proven before it.
    function test_RevertWhen_TheTenantHasSteppedMeanwhile() external {
        vm.prank(tenant);
        market.setPolicy(terms, _without(policy()));
        Step memory step = stepTo(terms, 5, 9000);
        uint256 time = vm.getBlockTimestamp();
        post(market.leafOf(id, step.claim.statement));
        vm.prank(tenant);
        market.scale(terms, 3);
        _refused(step, abi.encodeWithSelector(Errors.StatementUsed.selector, time, time));
    }

    function _without(LeasePolicy memory p) private pure returns (LeasePolicy memory) {
        p.cooldown = 0;
        return p;
    }

    function test_RevertWhen_TheStatementIsStale() external {
        Step memory step = stepTo(terms, 5, 9000);
        uint256 time = vm.getBlockTimestamp();
        post(market.leafOf(id, step.claim.statement));
        skip(2 * EPOCH + 1);
        _refused(step, abi.encodeWithSelector(Errors.StatementStale.selector, time, time + 1));
        vm.warp(time + 2 * EPOCH);
        vm.prank(provider);
        market.scaleByProof(step);
    }

    /// An old peak under a new root is no demand either.
    function test_RevertWhen_AnOldPeakIsPostedAnew() external {
        Step memory step = stepTo(terms, 5, 9000);
        uint256 time = vm.getBlockTimestamp();
        skip(2 * EPOCH + 1);
        post(market.leafOf(id, step.claim.statement));
        _refused(step, abi.encodeWithSelector(Errors.StatementStale.selector, time, time + 1));
    }

    /// A provider that settles nothing cannot keep its reservation from lapsing by stepping.
    function test_RevertWhen_NothingWasSettledWithinTheClaimWindow() external {
        vm.prank(stranger);
        market.topUp(usd, id, 10 * DEPOSIT);
        vm.warp(START + CLAIM + 1);
        uint256 snapshot = vm.snapshotState();
        _refused(5, 9000, abi.encodeWithSelector(Errors.SettlementDue.selector, START, START + 1));
        assertTrue(vm.revertToState(snapshot));
        vm.warp(START + CLAIM);
        _scale(5, 9000); // the opening is as old as the window
        uint256 oldest = vm.getBlockTimestamp() - CLAIM;
        _refused(6, 9000, abi.encodeWithSelector(Errors.SettlementDue.selector, START, oldest));
        proveAndSettle(terms, 10);
        _scale(6, 9000);
    }

    function test_TheRootNeedNotHaveMatured() external {
        _scale(5, 9000);
    }

    function test_AMaturedRootServesToo() external {
        Step memory step = stepTo(terms, 5, 9000);
        prove(id, step.claim.statement);
        vm.prank(provider);
        market.scaleByProof(step);
        assertEq(market.reservationOf(id).replicas, 5);
    }
}
