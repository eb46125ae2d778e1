// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {MarketTest} from "../MarketTest.sol";

contract AddBondTest is MarketTest {
    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.addBond{value: 1}();
    }

    function test_Adds() external {
        vm.expectEmit(address(market));
        emit IRegistry.BondAdded(provider, 3);
        vm.prank(provider);
        market.addBond{value: 3}();
        assertEq(market.providerOf(provider).bond, MIN_BOND + 3);
    }
}
