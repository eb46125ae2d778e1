// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {MarketTest} from "../MarketTest.sol";

contract SetAttributesTest is MarketTest {
    function _attributes(uint256 count) private pure returns (bytes32[] memory attributes) {
        attributes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            attributes[i] = keccak256(abi.encode(i));
        }
    }

    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.setAttributes(_attributes(1));
    }

    function test_RevertWhen_TooMany() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.TooMany.selector, 33, 32));
        vm.prank(provider);
        market.setAttributes(_attributes(33));
    }

    function test_SetsAsManyAsThereMayBe() external {
        bytes32[] memory attributes = _attributes(32);
        vm.expectEmit(address(market));
        emit IRegistry.AttributesSet(provider, attributes);
        vm.prank(provider);
        market.setAttributes(attributes);
        for (uint256 i = 0; i < 32; ++i) {
            assertTrue(market.hasAttribute(provider, attributes[i]));
            assertFalse(market.hasAttribute(stranger, attributes[i]));
        }
        assertFalse(market.hasAttribute(provider, "region=eu"));
    }

    function test_ReplacesThoseOfBefore() external {
        bytes32[] memory attributes = _attributes(2);
        vm.startPrank(provider);
        market.setAttributes(attributes);
        (bytes32 kept, bytes32 gone) = (attributes[0], attributes[1]);
        attributes[1] = "region=eu";
        market.setAttributes(attributes);
        assertTrue(market.hasAttribute(provider, kept));
        assertTrue(market.hasAttribute(provider, "region=eu"));
        assertFalse(market.hasAttribute(provider, gone));
        market.setAttributes(_attributes(0));
        assertFalse(market.hasAttribute(provider, kept));
    }
}
