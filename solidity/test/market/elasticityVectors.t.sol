// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Elasticity} from "../../src/libraries/Elasticity.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {LeasePolicy} from "../../src/types/DataTypes.sol";
import {ReservationWord} from "../../src/types/Words.sol";

contract ElasticityVectorsTest is Test {
    struct StepCase {
        LeasePolicy policy;
        uint256 present;
        uint256 wish;
        uint256 utilization;
        uint256 granted;
    }

    string private constant SHAPE = "StepCase(Policy policy,uint256 present,uint256 wish,uint256 utilization,uint256 granted)"
        "Policy(uint16 minReplicas,uint16 maxReplicas,uint8 target,uint8 up,uint8 down,uint16 cooldown,uint8 step,uint8 headroom)";

    function check(LeasePolicy calldata p, uint256 present, uint256 replicas, uint256 utilization) external pure {
        Elasticity.check(ReservationWord.wrap(0).governedBy(p).moved(0, 0, present), replicas, utilization);
    }

    function test_EveryCase() external view {
        string memory json = vm.readFile("test/vectors/elasticity.json");
        StepCase[] memory cases = abi.decode(vm.parseJsonTypeArray(json, "$", SHAPE), (StepCase[]));
        uint256 further = 0;
        for (uint256 i = 0; i < cases.length; ++i) {
            if (_try(cases[i], string.concat("case ", vm.toString(i)))) ++further;
        }
        assertGt(cases.length, 300);
        assertGt(further, 50);
    }

    /// Takes the step that is granted, and the next one, where the wish, the step and the bounds leave room for one: then
    /// demand alone can be what refuses it.
    function _try(StepCase memory c, string memory name) private view returns (bool further) {
        LeasePolicy memory p = c.policy;
        assertTrue(p.minReplicas <= c.granted && c.granted <= p.maxReplicas, name);
        if (c.granted != c.present) this.check(p, c.present, c.granted, c.utilization);
        uint256 moved = c.granted > c.present ? c.granted - c.present : c.present - c.granted;
        if (moved >= p.step) return false;
        bool up = c.granted >= c.present && c.granted < c.wish && c.granted < p.maxReplicas;
        bool down = c.granted <= c.present && c.granted > c.wish && c.granted > p.minReplicas;
        if (!up && !down) return false;
        try this.check(p, c.present, up ? c.granted + 1 : c.granted - 1, c.utilization) {
            revert(string.concat(name, " grants more"));
        } catch (bytes memory why) {
            bytes4 error = bytes4(why);
            bool byDemand = error == Errors.BeyondDemand.selector
                || error == (up ? Errors.DemandTooLow.selector : Errors.DemandTooHigh.selector);
            assertTrue(byDemand, name);
        }
        return true;
    }
}
