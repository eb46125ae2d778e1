// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IFaults} from "../../src/interfaces/IFaults.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Fraud, Leaf, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {StandardTree} from "../StandardTree.sol";
import {FaultsTest} from "./FaultsTest.sol";

/// What evidence has to be, and what a conviction does. `frauds.t.sol` has what each kind means.
contract ProveFraudTest is FaultsTest {
    /// More CPU time than there is.
    function _lie() private view returns (Statement memory statement) {
        statement = busy(20, _now());
        ++statement.cpuNanos;
    }

    // Which lease

    function test_RevertWhen_NobodyOpenedTheLease() external {
        Leaf[] memory leaves = one(state(_lie()));
        ++terms.salt;
        refused(Fraud.Excess, leaves, abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
        --terms.salt;
        terms.currency = ETH;
        refused(Fraud.Excess, leaves, abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    /// A lease on the same terms on another chain is another lease.
    function test_RevertWhen_TheChainIsAnother() external {
        Leaf[] memory leaves = one(state(_lie()));
        vm.chainId(7);
        refused(Fraud.Excess, leaves, abi.encodeWithSelector(Errors.LeaseUnknown.selector, market.idOf(terms)));
    }

    function test_RevertWhen_AFraudWasProvenBefore() external {
        Leaf memory leaf = state(_lie());
        prove(Fraud.Excess, one(leaf));
        bytes memory why = abi.encodeWithSelector(Errors.FraudKnown.selector, id);
        refused(Fraud.Excess, one(leaf), why);
        skip(EPOCH);
        refused(Fraud.Excess, one(state(_lie())), why);
    }

    // Which leaves

    function test_RevertWhen_TheLeavesAreTooManyOrTooFew() external {
        Leaf memory leaf = state(_lie());
        Leaf[] memory none = new Leaf[](0);
        Leaf[] memory three = new Leaf[](3);
        (three[0], three[1], three[2]) = (leaf, leaf, leaf);
        refused(Fraud.Excess, none, Errors.BadEvidence.selector);
        refused(Fraud.Excess, two(leaf, leaf), Errors.BadEvidence.selector);
        for (uint256 kind = 1; kind <= uint256(type(Fraud).max); ++kind) {
            refused(Fraud(kind), none, Errors.BadEvidence.selector);
            refused(Fraud(kind), one(leaf), Errors.BadEvidence.selector);
            refused(Fraud(kind), three, Errors.BadEvidence.selector);
        }
    }

    function test_RevertWhen_TheEpochHasNoRoot() external {
        Leaf memory leaf = state(_lie());
        uint256[3] memory epochs = [0, leaf.epoch + 1, leaf.epoch + 2];
        for (uint256 i = 0; i < 3; ++i) {
            leaf.epoch = epochs[i];
            refused(Fraud.Excess, one(leaf), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, leaf.epoch));
        }
    }

    /// Another epoch of the same slot of the ring would find the root, and give a wrong order.
    function test_RevertWhen_TheNumberIsAnotherOfTheSlot() external {
        Leaf memory leaf = state(_lie());
        leaf.epoch += RING;
        refused(Fraud.Excess, one(leaf), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, leaf.epoch));
    }

    function test_RevertWhen_TheRingHasOverwrittenTheRoot() external {
        Leaf memory leaf = state(_lie());
        for (uint256 i = 0; i < RING - 1; ++i) {
            skip(SPACING);
            post(bytes32(i));
        }
        convicts(Fraud.Excess, one(leaf));
        skip(SPACING);
        post("one more");
        refused(Fraud.Excess, one(leaf), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, leaf.epoch));
    }

    function test_RevertWhen_AnyFieldIsOffByOne() external {
        Leaf memory leaf = state(busy(20, _now()));
        for (uint256 field = 0; field < 6; ++field) {
            Statement memory statement = busy(20, _now());
            if (field == 0) --statement.time;
            if (field == 1) ++statement.replicaSeconds;
            if (field == 2) ++statement.cpuNanos;
            if (field == 3) ++statement.memoryByteSeconds;
            if (field == 4) ++statement.networkBytes;
            if (field == 5) ++statement.utilization;
            leaf.statement = statement;
            refused(Fraud.Excess, one(leaf), Errors.BadPath.selector);
        }
    }

    function test_RevertWhen_TheStatementIsAnotherLeases() external {
        Leaf memory leaf = state(_lie());
        (Terms memory other,) = open(tenant, usd, order(2, 2), DEPOSIT);
        terms = other;
        refused(Fraud.Excess, one(leaf), Errors.BadPath.selector);
    }

    /// A root that another account posted convicts no provider.
    function test_RevertWhen_TheRootIsAnotherProviders() external {
        Statement memory statement = _lie();
        bytes32 root = market.leafOf(id, statement);
        vm.startPrank(stranger);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        market.postRoot(1, root);
        vm.stopPrank();
        Leaf memory leaf = Leaf(1, statement, emptyPath());
        refused(Fraud.Excess, one(leaf), abi.encodeWithSelector(Errors.RootUnknown.selector, provider, 1));
        post("its own");
        refused(Fraud.Excess, one(leaf), Errors.BadPath.selector);
    }

    function test_RevertWhen_TheStatementIsYoungerThanItsRoot() external {
        Statement memory statement = _lie();
        ++statement.time;
        Leaf memory leaf = state(statement);
        skip(EPOCH);
        refused(Fraud.Excess, one(leaf), abi.encodeWithSelector(Errors.StatementFromFuture.selector, statement.time));
    }

    function test_ALeafOfATree() external {
        Statement memory statement = _lie();
        bytes32[] memory leaves = new bytes32[](5);
        for (uint256 i = 0; i < 5; ++i) {
            leaves[i] = i == 3 ? market.leafOf(id, statement) : bytes32(i);
        }
        uint256 epoch = post(StandardTree.root(leaves));
        Leaf memory leaf = Leaf(epoch, statement, StandardTree.path(leaves, leaves[2]));
        refused(Fraud.Excess, one(leaf), Errors.BadPath.selector);
        leaf.path = StandardTree.path(leaves, leaves[3]);
        prove(Fraud.Excess, one(leaf));
    }

    // What it does

    function testFuzz_SlashesTheFraudShare(uint96 more) external {
        more = uint96(bound(more, 0, 10 ether));
        vm.prank(provider);
        market.addBond{value: more}();
        Leaf memory leaf = state(_lie());
        uint256 before = bond();
        uint256 slashed = before * FRAUD_SHARE / 10_000;
        uint256 toTenant = slashed * 75 / 100;
        uint256 toReporter = slashed / 10;
        vm.expectEmit(address(market));
        emit IFaults.Slashed(provider, slashed, toTenant, toReporter, slashed - toTenant - toReporter);
        vm.expectEmit(address(market));
        emit IFaults.FraudProven(id, provider, reporter, Fraud.Excess, slashed);
        prove(Fraud.Excess, one(leaf));
        assertEq(bond(), before - slashed);
        assertEq(market.earnings(tenant, ETH), toTenant);
        assertEq(market.earnings(reporter, ETH), toReporter);
        assertEq(burned(), slashed - toTenant - toReporter);
        assertConserved();
        vm.prank(reporter);
        market.withdrawEarnings(ETH, reporter, toReporter);
        assertEq(reporter.balance, toReporter);
        assertConserved();
    }

    /// What was settled before stays settled; what was not is gone; what comes is paid.
    function testFuzz_TheLeaseOwesNothingForWhatLiesBefore(uint8 settled, uint8 unsettled, uint8 after_) external {
        uint256 used = uint256(settled % 20);
        Statement memory statement = busy(used, _now());
        settle(terms, statement, prove(id, statement), emptyPath());
        skip(unsettled);
        Statement memory late = busy(20, _now()); // true, and posted in time
        uint256 epoch = prove(id, late);
        statement = _lie();
        statement.replicaSeconds += 20;
        statement.cpuNanos += 20e9;
        prove(Fraud.Excess, one(state(statement)));
        uint256 since = _now();
        assertEq(market.owed(terms), 0);
        assertEq(market.withdrawable(terms), balanceOf(id, usd) - 2 * RATE * NOTICE);
        settle(terms, late, epoch, emptyPath());
        assertEq(market.earnings(provider, usd), used * RATE);
        skip(after_);
        assertEq(market.owed(terms), 2 * RATE * uint256(after_));
        // the counters go on from the lie, and the reserve bounds what they can still be paid
        skip(SPACING);
        proveAndSettle(terms, 1000);
        assertEq(market.earnings(provider, usd), used * RATE + 2 * RATE * (_now() - CHALLENGE - since));
    }

    function test_OfAClosedLeaseTheTenantHasBackAllThatWasLeft() external {
        Leaf memory leaf = state(_lie());
        uint256 before = token.balanceOf(tenant);
        vm.prank(tenant);
        market.close(terms);
        assertEq(balanceOf(id, usd), 2 * RATE * EPOCH);
        prove(Fraud.Excess, one(leaf));
        assertEq(market.owed(terms), 0);
        market.refund(terms);
        assertEq(token.balanceOf(tenant), before + DEPOSIT);
        skip(CHALLENGE);
        settle(terms, leaf.statement, leaf.epoch, emptyPath());
        assertEq(market.earnings(provider, usd), 0);
    }

    function test_ADisputeGoesOn() external {
        dispute();
        prove(Fraud.Excess, one(state(_lie())));
        assertTrue(market.accountOf(id, usd).frozen);
        assertEq(market.disputeOf(id).deposit, DISPUTE_DEPOSIT);
        assertConserved();
        rule(true, bond() / 2);
        assertEq(market.owed(terms), 0);
        assertConserved();
    }

    /// An exit protects from nothing while it runs.
    function test_UntilTheProviderLeaves() external {
        Leaf memory leaf = state(_lie());
        vm.prank(tenant);
        market.close(terms);
        vm.prank(provider);
        market.announceExit();
        skip(CLAIM - 1);
        uint256 snapshot = vm.snapshotState();
        uint256 before = bond();
        prove(Fraud.Excess, one(leaf));
        assertEq(bond(), before - before * FRAUD_SHARE / 10_000);
        assertTrue(vm.revertToState(snapshot));
        skip(1);
        vm.prank(provider);
        market.unregister();
        prove(Fraud.Excess, one(leaf));
        assertEq(market.earnings(provider, ETH), before);
        assertEq(market.earnings(tenant, ETH), 0);
        assertConserved();
    }

    /// Each lease has a fraud of its own: a half of what is left.
    function test_OfAnotherLeaseAgain() external {
        prove(Fraud.Excess, one(state(_lie())));
        uint256 before = bond();
        // a provider with too small a bond gets no new lease
        vm.startPrank(provider);
        market.addBond{value: MIN_BOND}();
        market.updateProvider(plenty(), "key", "url");
        vm.stopPrank();
        (Terms memory other, LeaseId otherId) = open(tenant, usd, order(2, 2), DEPOSIT);
        (terms, id) = (other, otherId);
        skip(EPOCH);
        prove(Fraud.Excess, one(state(_lie())));
        assertEq(bond(), (before + MIN_BOND) / 2);
        assertConserved();
    }
}
