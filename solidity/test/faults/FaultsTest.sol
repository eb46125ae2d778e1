// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Dispute, Fraud, Leaf, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

/// A lease of two replicas, an epoch old, and what its provider can be shown to have done.
abstract contract FaultsTest is MarketTest {
    uint256 internal constant MISSED = 3;
    uint256 internal constant GRACE = 5; // blocks
    uint256 internal constant CREDIT_PER_CORE = 0.01 ether;
    uint256 internal constant FRAUD_SHARE = 5000; // basis points
    uint256 internal constant MOST = 10; // replicas that the policy allows
    uint256 internal constant SLACK = MOST * EPOCH; // replica-seconds that are pardoned

    address internal reporter = makeAddr("reporter");
    Terms internal terms;
    LeaseId internal id;

    function setUp() public virtual override {
        super.setUp();
        (terms, id) = open(usd, 2);
        skip(EPOCH);
    }

    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    // Evidence

    /// Posts a statement that stands alone under its root.
    function state(Statement memory statement) internal returns (Leaf memory) {
        return Leaf({epoch: post(market.leafOf(id, statement)), statement: statement, path: emptyPath()});
    }

    function one(Leaf memory a) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](1);
        leaves[0] = a;
    }

    function two(Leaf memory a, Leaf memory b) internal pure returns (Leaf[] memory leaves) {
        leaves = new Leaf[](2);
        (leaves[0], leaves[1]) = (a, b);
    }

    function prove(Fraud kind, Leaf[] memory leaves) internal {
        vm.prank(reporter);
        market.proveFraud(terms, kind, leaves);
        assertTrue(market.fraudKnown(id));
    }

    /// The evidence would convict; nothing happens by it.
    function convicts(Fraud kind, Leaf[] memory leaves) internal {
        uint256 snapshot = vm.snapshotState();
        prove(kind, leaves);
        assertTrue(vm.revertToState(snapshot));
    }

    function refused(Fraud kind, Leaf[] memory leaves, bytes memory why) internal {
        vm.expectRevert(why);
        vm.prank(reporter);
        market.proveFraud(terms, kind, leaves);
    }

    function refused(Fraud kind, Leaf[] memory leaves, bytes4 why) internal {
        refused(kind, leaves, abi.encodePacked(why));
    }

    // Silence

    /// The provider posts nothing for so long that it can be reported.
    function fallSilent() internal {
        skip(MISSED * EPOCH);
    }

    function report() internal {
        vm.prank(reporter);
        market.reportSilence(provider);
    }

    function waitForGrace() internal {
        skip(EPOCH);
        vm.roll(vm.getBlockNumber() + GRACE);
    }

    /// An outage from its first missed epoch to its confirmation.
    function outage() internal {
        fallSilent();
        report();
        waitForGrace();
        market.confirmSilence(provider);
    }

    // Disputes

    function dispute() internal {
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
    }

    function rule(bool forTenant, uint256 slash) internal {
        vm.prank(arbiters);
        market.rule(terms, forTenant, slash);
    }

    // Money

    function bond() internal view returns (uint256) {
        return market.providerOf(provider).bond;
    }

    function burned() internal view returns (uint256) {
        return market.earnings(address(0), ETH);
    }

    /// What the vault holds in the chain's coin is what it owes.
    function assertConserved() internal view {
        Dispute memory d = market.disputeOf(id);
        uint256 sum = bond() + burned() + d.deposit;
        sum += market.earnings(provider, ETH) + market.earnings(tenant, ETH) + market.earnings(reporter, ETH);
        if (terms.currency.isNative()) sum += balanceOf(id, ETH);
        assertEq(address(market).balance, sum, "conserved");
    }
}
