// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IMarket} from "../../src/interfaces/IMarket.sol";
import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {LeasePolicy, Step, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";
import {StandardTree} from "../StandardTree.sol";

contract PostRootAndScaleTest is MarketTest {
    uint256 private constant COUNT = 3;

    Terms[] private terms;
    LeaseId[] private ids;

    function setUp() public override {
        super.setUp();
        for (uint64 i = 0; i < COUNT; ++i) {
            (Terms memory t, LeaseId id) = open(tenant, i == 1 ? ETH : usd, order(4, i + 1), DEPOSIT);
            terms.push(t);
            ids.push(id);
        }
        skip(60);
    }

    /// A step of each lease, from four replicas to five, and the root over their statements.
    function _steps() private view returns (Step[] memory steps, bytes32 root) {
        steps = new Step[](COUNT);
        bytes32[] memory leaves = new bytes32[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) {
            steps[i] = stepTo(terms[i], 5, 9000);
            leaves[i] = market.leafOf(ids[i], steps[i].claim.statement);
        }
        for (uint256 i = 0; i < COUNT; ++i) {
            steps[i].path = StandardTree.path(leaves, leaves[i]);
        }
        root = StandardTree.root(leaves);
    }

    function _replicas(uint256 i) private view returns (uint256) {
        return market.reservationOf(ids[i]).replicas;
    }

    function test_RevertWhen_TheRootIsRefused() external {
        (Step[] memory steps, bytes32 root) = _steps();
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.postRootAndScale(1, root, steps);
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongEpoch.selector, 2, 1));
        market.postRootAndScale(2, root, steps);
        market.postRoot(1, "a root");
        uint256 until = vm.getBlockTimestamp() + SPACING;
        vm.expectRevert(abi.encodeWithSelector(Errors.RootTooSoon.selector, until));
        market.postRootAndScale(2, root, steps);
        for (uint256 i = 0; i < COUNT; ++i) {
            assertEq(_replicas(i), 4);
        }
    }

    function test_WithoutSteps() external {
        vm.expectEmit(address(market));
        emit IProofs.RootPosted(provider, 1, "root");
        vm.prank(provider);
        market.postRootAndScale(1, "root", new Step[](0));
        (bytes28 digest,,) = market.rootOf(provider, 1);
        assertEq(digest, bytes28("root"));
    }

    function test_AllStepsAreTaken() external {
        (Step[] memory steps, bytes32 root) = _steps();
        vm.expectEmit(address(market));
        emit IProofs.RootPosted(provider, 1, root);
        for (uint256 i = 0; i < COUNT; ++i) {
            vm.expectEmit(address(market));
            emit IMarket.LeaseScaled(ids[i], 5);
            vm.expectEmit(address(market));
            emit IMarket.StepProven(ids[i], provider, 1, 4, 5, steps[i].claim.statement);
        }
        vm.prank(provider);
        market.postRootAndScale(1, root, steps);
        for (uint256 i = 0; i < COUNT; ++i) {
            assertEq(_replicas(i), 5);
        }
    }

    /// A tenant that steps first takes its own lease's step away and nothing else.
    function test_ARefusedStepUndoesNothingElse() external {
        (Step[] memory steps, bytes32 root) = _steps();
        vm.prank(tenant);
        market.scale(terms[1], 6);
        uint256 until = vm.getBlockTimestamp() + 60;
        vm.expectEmit(address(market));
        emit IMarket.StepRefused(ids[1], provider, 1, abi.encodeWithSelector(Errors.CooldownRunning.selector, until));
        vm.prank(provider);
        market.postRootAndScale(1, root, steps);
        assertEq(_replicas(0), 5);
        assertEq(_replicas(1), 6);
        assertEq(_replicas(2), 5);
        assertEq(market.providerOf(provider).epoch, 1);
    }

    /// Even without a cooldown a leaf is climbed once.
    function test_ALeaseStepsOnce() external {
        LeasePolicy memory p = policy();
        p.cooldown = 0;
        vm.prank(tenant);
        market.setPolicy(terms[0], p);
        (Step[] memory steps, bytes32 root) = _steps();
        steps[1] = steps[0];
        uint256 time = vm.getBlockTimestamp();
        vm.expectEmit(address(market));
        emit IMarket.StepRefused(ids[0], provider, 1, abi.encodeWithSelector(Errors.StatementUsed.selector, time, time));
        vm.prank(provider);
        market.postRootAndScale(1, root, steps);
        assertEq(_replicas(0), 5);
        assertEq(_replicas(1), 4);
        assertEq(_replicas(2), 5);
    }

    function test_AnotherProvidersLeaseIsNobodys() external {
        (Step[] memory steps, bytes32 root) = _steps();
        Terms memory changed = terms[0];
        changed.provider = stranger;
        LeaseId nobodys = market.idOf(changed);
        vm.startPrank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        bytes memory why = abi.encodeWithSelector(Errors.LeaseUnknown.selector, nobodys);
        vm.expectEmit(address(market));
        emit IMarket.StepRefused(nobodys, stranger, 1, why);
        market.postRootAndScale(1, root, steps);
        assertEq(_replicas(0), 4);
    }
}
