// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {LeasePolicy, Order, Step, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest} from "../MarketTest.sol";

/// The policy aims for 70 %, grows above 80 % and shrinks below 50 %, by 2 replicas every 60 seconds, with a headroom of 1.
abstract contract ScaleByProofTest is MarketTest {
    uint256 internal constant COOLDOWN = 60;

    Terms internal terms;
    LeaseId internal id;

    function setUp() public virtual override {
        super.setUp();
        (terms, id) = open(usd, 4);
        skip(COOLDOWN);
    }

    /// Another lease than the one that every test begins with.
    function _reopen(uint16 replicas, LeasePolicy memory p, uint256 deposit) internal {
        Order memory o = order(replicas, 2);
        o.policy = p;
        (terms, id) = open(tenant, usd, o, deposit);
        skip(COOLDOWN);
    }

    /// The lease moves to a count by a statement of this second, alone under a root of this second.
    function _scale(uint16 replicas, uint16 utilization) internal {
        Step memory step = stepTo(terms, replicas, utilization);
        post(market.leafOf(id, step.claim.statement));
        vm.prank(provider);
        market.scaleByProof(step);
        assertEq(market.reservationOf(id).replicas, replicas);
        skip(COOLDOWN);
    }

    function _refused(Step memory step, bytes memory why) internal {
        vm.expectRevert(why);
        vm.prank(provider);
        market.scaleByProof(step);
    }

    function _refused(uint16 replicas, uint16 utilization, bytes memory why) internal {
        Step memory step = stepTo(terms, replicas, utilization);
        post(market.leafOf(id, step.claim.statement));
        _refused(step, why);
        skip(SPACING);
    }
}
