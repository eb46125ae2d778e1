// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Provider} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract PostRootTest is MarketTest {
    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.postRoot(1, "root");
    }

    function test_RevertWhen_NotTheNextEpoch() external {
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongEpoch.selector, 0, 1));
        market.postRoot(0, "root");
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongEpoch.selector, 2, 1));
        market.postRoot(2, "root");
        market.postRoot(1, "root");
        skip(SPACING);
        // the same transaction again
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongEpoch.selector, 1, 2));
        market.postRoot(1, "root");
    }

    function test_RevertWhen_TooSoon() external {
        vm.startPrank(provider);
        market.postRoot(1, "root");
        skip(SPACING - 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.RootTooSoon.selector, START + SPACING));
        market.postRoot(2, "root");
        skip(1);
        market.postRoot(2, "root");
    }

    function test_Posts() external {
        bytes32 root = keccak256("root");
        vm.expectEmit(address(market));
        emit IProofs.RootPosted(provider, 1, root);
        vm.prank(provider);
        market.postRoot(1, root);
        Provider memory p = market.providerOf(provider);
        assertEq(p.epoch, 1);
        assertEq(p.rootAt, START);
        assertEq(p.bond, MIN_BOND);
        assertEq(p.registeredAt, START);
        (bytes28 digest, uint256 postedAt, bool matured) = market.rootOf(provider, 1);
        assertEq(digest, bytes28(root));
        assertEq(postedAt, START);
        assertFalse(matured);
    }
}
