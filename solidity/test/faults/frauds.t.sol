// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {Fraud, Leaf, Order, PriceList, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId, OfferId} from "../../src/types/Ids.sol";
import {StandardTree} from "../StandardTree.sol";
import {FaultsTest} from "./FaultsTest.sol";

/// Each kind of fraud at its edge: one unit less, and an honest provider would be convicted.
contract FraudsTest is FaultsTest {
    function _noFraud(Fraud kind, Leaf[] memory leaves) private {
        refused(kind, leaves, Errors.NoFraud.selector);
    }

    function _badEvidence(Fraud kind, Leaf[] memory leaves) private {
        refused(kind, leaves, Errors.BadEvidence.selector);
    }

    /// Nothing but replica-seconds.
    function _present(uint256 replicaSeconds, uint256 time) private pure returns (Statement memory statement) {
        (statement.time, statement.replicaSeconds) = (uint32(time), uint64(replicaSeconds));
    }

    function _scale(uint16 replicas) private {
        vm.prank(tenant);
        market.scale(terms, replicas);
    }

    // Excess

    function testFuzz_BeyondTheShape(uint32 replicaSeconds) external {
        replicaSeconds = uint32(bound(replicaSeconds, 0, 120));
        Statement memory statement = busy(replicaSeconds, _now());
        _noFraud(Fraud.Excess, one(state(statement)));
        skip(SPACING);
        ++statement.cpuNanos;
        convicts(Fraud.Excess, one(state(statement)));
        skip(SPACING);
        --statement.cpuNanos;
        ++statement.memoryByteSeconds;
        Leaf memory leaf = state(statement);
        convicts(Fraud.Excess, one(leaf));
        // closing is no way out
        vm.prank(tenant);
        market.close(terms);
        convicts(Fraud.Excess, one(leaf));
    }

    function testFuzz_BeyondTheCount(uint16 lasts) external {
        lasts = uint16(bound(lasts, SPACING, CLAIM));
        skip(lasts);
        uint256 most = 2 * (EPOCH + uint256(lasts)) + SLACK;
        Leaf memory leaf = state(_present(most, _now()));
        _noFraud(Fraud.Excess, one(leaf));
        skip(SPACING);
        leaf = state(_present(most + 1, _now() - SPACING));
        convicts(Fraud.Excess, one(leaf));
        uint256 snapshot = vm.snapshotState();
        // what was reserved before a step is unknown
        _scale(3);
        _noFraud(Fraud.Excess, one(leaf));
        assertTrue(vm.revertToState(snapshot));
        vm.prank(tenant);
        market.close(terms);
        _noFraud(Fraud.Excess, one(leaf));
    }

    function test_TheHighestCountersOverflowNothing() external {
        Statement memory statement = Statement({
            time: uint32(_now()),
            replicaSeconds: type(uint64).max,
            cpuNanos: type(uint96).max,
            memoryByteSeconds: type(uint128).max,
            networkBytes: type(uint96).max,
            utilization: type(uint16).max
        });
        Leaf memory leaf = state(statement);
        convicts(Fraud.Excess, one(leaf));
        skip(SPACING);
        Leaf memory first = state(_present(0, _now()));
        skip(SPACING);
        statement.time = uint32(_now());
        Leaf memory second = state(statement);
        convicts(Fraud.Growth, two(first, second));
        convicts(Fraud.Utilization, two(first, second));
    }

    function test_AStepInTheSecondOfTheOpeningIsAStep() external {
        (terms, id) = open(tenant, usd, order(10, 2), DEPOSIT);
        _scale(1);
        skip(EPOCH);
        _noFraud(Fraud.Excess, one(state(_present(10_000, _now()))));
    }

    function test_ALeaseThatBeganWithNoReplica() external {
        Order memory o = order(0, 2);
        o.policy.minReplicas = 0;
        (terms, id) = open(tenant, usd, o, DEPOSIT);
        skip(EPOCH);
        Leaf memory leaf = state(_present(SLACK + 1, _now()));
        convicts(Fraud.Excess, one(leaf));
        _scale(10);
        assertEq(market.reservationOf(id).integral, 0);
        _noFraud(Fraud.Excess, one(leaf));
    }

    /// What costs nothing leaves no integral, however often it steps.
    function test_ALeaseThatCostsNothing() external {
        PriceList memory free;
        vm.prank(provider);
        OfferId offer = market.listOffer(usd, free);
        Order memory o = order(10, 2);
        terms = termsOf(tenant, usd, o);
        delete terms.rates;
        vm.prank(tenant);
        id = market.take(offer, o, DEPOSIT);
        skip(100);
        Leaf memory leaf = state(_present(1000 + SLACK, _now()));
        _noFraud(Fraud.Excess, one(leaf));
        skip(SPACING);
        leaf = state(_present(1000 + SLACK + 1, _now() - SPACING));
        convicts(Fraud.Excess, one(leaf));
        _scale(1);
        assertEq(market.reservationOf(id).integral, 0);
        _noFraud(Fraud.Excess, one(leaf));
    }

    /// What lapses unpaid takes the integral back to zero, and the point away from the opening.
    function test_ALapseThatLeavesNothing() external {
        skip(CLAIM);
        Statement memory idle = _present(0, _now());
        settle(terms, idle, prove(id, idle), emptyPath());
        assertEq(market.reservationOf(id).integral, 0);
        assertEq(market.accountOf(id, usd).paid, 0);
        skip(EPOCH);
        _noFraud(Fraud.Excess, one(state(_present(2 * (_now() - START), _now()))));
    }

    function test_AStepOfWhatPaysNothing() external {
        Statement memory idle = _present(0, _now());
        bytes memory signature = sign(tenantKey, id, idle);
        vm.prank(provider);
        market.settleSigned(terms, idle, signature);
        _scale(1);
        assertEq(market.reservationOf(id).integral, 0);
        assertEq(market.reservationOf(id).since, market.accountOf(id, usd).settledAt);
        skip(EPOCH);
        _noFraud(Fraud.Excess, one(state(_present(10_000, _now()))));
    }

    function test_ACreditedLease() external {
        outage();
        market.creditOutage(terms);
        assertEq(market.reservationOf(id).integral, 0);
        _noFraud(Fraud.Excess, one(state(_present(2 * (_now() - START), _now()))));
    }

    function test_AChangedPolicyIsNoStep() external {
        vm.prank(tenant);
        market.setPolicy(terms, policy());
        uint256 time = _now();
        convicts(Fraud.Excess, one(state(_present(2 * (time - START) + SLACK + 1, time))));
    }

    function test_AStatementFromBeforeTheOpening() external {
        _noFraud(Fraud.Excess, one(state(_present(10_000, START - 1))));
        skip(SPACING);
        convicts(Fraud.Excess, one(state(_present(SLACK + 1, START))));
    }

    // Growth

    function testFuzz_Growth(uint16 lasts, uint16 began) external {
        lasts = uint16(bound(lasts, SPACING, CLAIM));
        Leaf memory first = state(_present(began, _now()));
        skip(lasts);
        uint256 most = began + 2 * uint256(lasts) + SLACK;
        Leaf memory second = state(_present(most, _now()));
        _noFraud(Fraud.Growth, two(first, second));
        skip(SPACING);
        second = state(_present(most + 1, _now() - SPACING));
        convicts(Fraud.Growth, two(first, second));
        _badEvidence(Fraud.Growth, two(second, first));
        uint256 snapshot = vm.snapshotState();
        vm.prank(tenant);
        market.close(terms);
        _noFraud(Fraud.Growth, two(first, second));
        assertTrue(vm.revertToState(snapshot));
        // a step wipes what was so before it
        _scale(1);
        _noFraud(Fraud.Growth, two(first, second));
    }

    /// A tenant steps down and lowers its bounds; the provider stops nine replicas within an epoch.
    function test_AStepMayTakeAnEpochToFollow() external {
        (terms, id) = open(tenant, usd, order(10, 2), DEPOSIT);
        skip(EPOCH);
        _scale(1);
        (Order memory o, uint256 stepped) = (order(1, 2), _now());
        o.policy.maxReplicas = 1;
        vm.prank(tenant);
        market.setPolicy(terms, o.policy);
        Leaf memory atStep = state(_present(10 * EPOCH, stepped));
        vm.warp(stepped + EPOCH - 1);
        Leaf memory early = state(_present(19 * EPOCH, _now()));
        vm.warp(stepped + 2 * EPOCH);
        Leaf memory late = state(_present(20 * EPOCH + EPOCH + 2, _now()));
        _noFraud(Fraud.Growth, two(atStep, late));
        _noFraud(Fraud.Growth, two(early, late));
        // one that had its epoch has to have followed
        vm.warp(stepped + 3 * EPOCH);
        Leaf memory later = state(_present(21 * EPOCH + 2 + 2 * EPOCH + 1, _now()));
        convicts(Fraud.Growth, two(late, later));
    }

    function test_GrowthOfNoReplica() external {
        Order memory o = order(0, 2);
        o.policy.minReplicas = 0;
        (terms, id) = open(tenant, usd, o, DEPOSIT);
        skip(EPOCH);
        Leaf memory first = state(_present(0, _now()));
        skip(EPOCH);
        Leaf memory second = state(_present(SLACK, _now()));
        _noFraud(Fraud.Growth, two(first, second));
        skip(EPOCH);
        convicts(Fraud.Growth, two(first, state(_present(SLACK + 1, _now()))));
    }

    function test_FallingCountersAreNoGrowth() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        _noFraud(Fraud.Growth, two(first, state(busy(19, _now()))));
    }

    // Fall

    function _fallen(Statement memory statement, uint256 counter) private pure returns (Statement memory) {
        if (counter == 0) --statement.replicaSeconds;
        if (counter == 1) --statement.cpuNanos;
        if (counter == 2) --statement.memoryByteSeconds;
        if (counter == 3) --statement.networkBytes;
        return statement;
    }

    function testFuzz_Fall(uint8 counter, uint16 lasts, uint16 replicaSeconds) external {
        (counter, replicaSeconds) = (counter % 4, uint16(bound(replicaSeconds, 1, type(uint16).max)));
        lasts = uint16(bound(lasts, SPACING, CLAIM));
        Leaf memory first = state(busy(replicaSeconds, _now()));
        skip(lasts);
        Leaf memory second = state(_fallen(busy(replicaSeconds, _now()), counter));
        convicts(Fraud.Fall, two(first, second));
        _badEvidence(Fraud.Fall, two(second, first));
        // whatever became of the lease
        vm.prank(tenant);
        market.close(terms);
        convicts(Fraud.Fall, two(first, second));
    }

    function test_CountersThatStandOrGrowHaveNotFallen() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Leaf memory second = state(busy(20, _now()));
        _noFraud(Fraud.Fall, two(first, second));
        skip(EPOCH);
        _noFraud(Fraud.Fall, two(second, state(busy(21, _now()))));
    }

    /// Utilization is no counter.
    function test_AFallingUtilizationIsNoFall() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Statement memory statement = busy(20, _now());
        statement.utilization = 0;
        _noFraud(Fraud.Fall, two(first, state(statement)));
    }

    function test_OfEqualTimesTheEpochsTellTheOrder() external {
        uint256 time = _now();
        Leaf memory first = state(busy(20, time));
        skip(SPACING);
        Leaf memory second = state(busy(20, time)); // the same statement
        _noFraud(Fraud.Fall, two(first, second));
        _badEvidence(Fraud.Fall, two(second, first));
        _badEvidence(Fraud.Fall, two(first, first));
        skip(SPACING);
        Leaf memory third = state(busy(19, time));
        convicts(Fraud.Fall, two(second, third));
        _badEvidence(Fraud.Fall, two(third, second));
    }

    /// A provider that posted 20, then 21, cannot be shown to have posted 21 first: by no number of the same slot.
    function test_NoNumberTurnsTheOrderRound() external {
        uint256 time = _now();
        Leaf memory first = state(busy(20, time));
        skip(SPACING);
        Leaf memory second = state(busy(21, time));
        first.epoch += RING;
        refused(
            Fraud.Fall, two(second, first), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, first.epoch)
        );
    }

    // Twins

    /// Two statements of the lease under one root.
    function _twins(Statement memory a, Statement memory b) private returns (Leaf memory first, Leaf memory second) {
        bytes32[] memory leaves = new bytes32[](3);
        (leaves[0], leaves[1], leaves[2]) = (market.leafOf(id, a), market.leafOf(id, b), "a third");
        uint256 epoch = post(StandardTree.root(leaves));
        first = Leaf(epoch, a, StandardTree.path(leaves, leaves[0]));
        second = Leaf(epoch, b, StandardTree.path(leaves, leaves[1]));
    }

    function testFuzz_Twins(uint8 field) external {
        field = field % 6;
        Statement memory statement = _fallen(busy(20, _now()), field);
        if (field == 4) --statement.utilization;
        if (field == 5) --statement.time;
        (Leaf memory first, Leaf memory second) = _twins(busy(20, _now()), statement);
        convicts(Fraud.Twins, two(first, second));
        convicts(Fraud.Twins, two(second, first));
        _noFraud(Fraud.Twins, two(first, first));
        _noFraud(Fraud.Twins, two(second, second));
        // without an order they are no fall, unless their times give one
        if (field != 5) _badEvidence(Fraud.Fall, two(first, second));
    }

    /// The same leaf twice in one tree is one statement.
    function test_ADuplicateLeafIsNoTwin() external {
        (Leaf memory first, Leaf memory second) = _twins(busy(20, _now()), busy(20, _now()));
        _noFraud(Fraud.Twins, two(first, second));
    }

    function test_TwoRootsMakeNoTwins() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Leaf memory second = state(busy(40, _now()));
        _badEvidence(Fraud.Twins, two(first, second));
        first.epoch += RING;
        refused(
            Fraud.Twins, two(first, second), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, first.epoch)
        );
    }

    // Utilization

    /// A statement after 20 replica-seconds at full load: of so many more, a load in basis points, and what it says of it.
    function _loaded(uint256 replicaSeconds, uint256 load, uint256 stated)
        private
        view
        returns (Statement memory statement)
    {
        statement = busy(20 + replicaSeconds, _now());
        statement.cpuNanos = uint96(20e9 + replicaSeconds * 1e9 * load / 10_000);
        statement.utilization = uint16(stated);
    }

    function testFuzz_Utilization(uint16 replicaSeconds, uint16 load, uint16 stated, uint8 near) external {
        replicaSeconds = uint16(bound(replicaSeconds, 1, type(uint16).max));
        uint256 truth = bound(load, 0, 10_000);
        if (near < 200) stated = uint16(bound(near % 8 + truth, 4, type(uint16).max) - 4);
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Leaf memory second = state(_loaded(replicaSeconds, truth, stated));
        uint256 off = truth > stated ? truth - stated : stated - truth;
        if (off > 1) convicts(Fraud.Utilization, two(first, second));
        else _noFraud(Fraud.Utilization, two(first, second));
        _badEvidence(Fraud.Utilization, two(second, first));
    }

    /// Parts of a basis point are dropped: 2.5 of three are 8,333.
    function test_ItIsRoundedDown() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Statement memory statement = busy(23, _now());
        statement.cpuNanos = 22_500_000_000;
        for (uint256 stated = 8330; stated < 8338; ++stated) {
            statement.utilization = uint16(stated);
            uint256 snapshot = vm.snapshotState();
            Leaf memory second = state(statement);
            if (stated < 8332 || stated > 8334) convicts(Fraud.Utilization, two(first, second));
            else _noFraud(Fraud.Utilization, two(first, second));
            assertTrue(vm.revertToState(snapshot));
        }
    }

    function test_WithoutReplicaSecondsItIsZero() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        uint256 snapshot = vm.snapshotState();
        _noFraud(Fraud.Utilization, two(first, state(_loaded(0, 0, 0))));
        assertTrue(vm.revertToState(snapshot));
        convicts(Fraud.Utilization, two(first, state(_loaded(0, 0, 1))));
    }

    /// What was used before a replica was healthy is more than all there was.
    function test_AtMostWhatItsFieldHolds() external {
        Leaf memory first = state(_present(20, _now()));
        skip(EPOCH);
        Statement memory statement = busy(21, _now());
        statement.utilization = type(uint16).max;
        Leaf memory second = state(statement); // 21 CPU-seconds of one
        _noFraud(Fraud.Utilization, two(first, second));
        skip(EPOCH);
        statement = busy(22, _now());
        convicts(Fraud.Utilization, two(second, _with(statement, type(uint16).max)));
    }

    function _with(Statement memory statement, uint16 utilization) private returns (Leaf memory) {
        statement.utilization = utilization;
        return state(statement);
    }

    function test_RevertWhen_TheRootsAreNotSuccessive() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        state(busy(30, _now()));
        skip(EPOCH);
        Leaf memory third = state(_loaded(20, 5000, 1));
        _badEvidence(Fraud.Utilization, two(first, third));
        _badEvidence(Fraud.Utilization, two(first, first));
    }

    /// The ring's first and last slot lie beside each other, their roots do not.
    function test_RevertWhen_TheSlotsAreBesideEachOtherAndTheRootsAreNot() external {
        for (uint256 i = 1; i < RING; ++i) {
            skip(SPACING);
            post(bytes32(i));
        }
        skip(SPACING);
        Leaf memory last = state(busy(20, _now())); // in slot 0
        skip(SPACING);
        Leaf memory next = state(_loaded(20, 5000, 5000)); // in slot 1
        for (uint256 i = 0; i < RING - 2; ++i) {
            skip(SPACING);
            post(bytes32(i));
        }
        skip(SPACING);
        Leaf memory again = state(_loaded(40, 9000, 9000)); // in slot 0
        last = Leaf(again.epoch - RING, again.statement, emptyPath());
        refused(
            Fraud.Utilization,
            two(last, next),
            abi.encodeWithSelector(Errors.RootUnknown.selector, provider, last.epoch)
        );
        next.epoch += RING;
        refused(
            Fraud.Utilization,
            two(again, next),
            abi.encodeWithSelector(Errors.RootUnknown.selector, provider, next.epoch)
        );
    }

    /// A statement posted again says again how busy it was.
    function test_RevertWhen_AStatementWasPostedTwice() external {
        Statement memory statement = busy(20, _now());
        Leaf memory first = state(statement);
        skip(EPOCH);
        _badEvidence(Fraud.Utilization, two(first, state(statement)));
    }

    function test_CountersThatFellMakeNoUtilization() external {
        Leaf memory first = state(busy(20, _now()));
        skip(EPOCH);
        Leaf memory second = state(busy(19, _now()));
        _noFraud(Fraud.Utilization, two(first, second));
        convicts(Fraud.Fall, two(first, second));
    }
}
