// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {MarketTest} from "../MarketTest.sol";

contract RootOfTest is MarketTest {
    function _unknown(uint256 epoch) private {
        vm.expectRevert(abi.encodeWithSelector(Errors.RootUnknown.selector, provider, epoch));
        market.rootOf(provider, epoch);
    }

    function test_RevertWhen_NeverPosted() external {
        _unknown(0);
        _unknown(1);
        _unknown(RING);
    }

    function test_RevertWhen_TheRingHasGoneRound() external {
        for (uint256 i = 0; i < RING; ++i) {
            post(bytes32(i));
            skip(SPACING);
        }
        market.rootOf(provider, 1);
        post("one more");
        _unknown(1);
        (bytes28 digest,,) = market.rootOf(provider, RING + 1);
        assertEq(digest, bytes28("one more"));
        _unknown(RING + 2);
    }

    function test_MaturesWithTheChallengeWindow() external {
        post("root");
        skip(CHALLENGE - 1);
        (,, bool matured) = market.rootOf(provider, 1);
        assertFalse(matured);
        skip(1);
        (,, matured) = market.rootOf(provider, 1);
        assertTrue(matured);
    }
}
