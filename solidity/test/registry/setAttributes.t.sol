// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {MarketTest} from "../MarketTest.sol";

contract SetAttributesTest is MarketTest {
    function _words(uint256 count, uint256 seed) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
    }

    function _set(bytes32[] memory words) private {
        vm.prank(provider);
        market.setAttributes(words);
    }

    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.setAttributes(_words(1, 1));
    }

    function test_RevertWhen_TooMany() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.TooMany.selector, 33, 32));
        _set(_words(33, 1));
        _set(_words(32, 1));
    }

    function testFuzz_TheseAndNoOthers(uint8 first, uint8 second) external {
        bytes32[] memory before = _words(first % 33, 1);
        bytes32[] memory words = _words(second % 33, 2);
        _set(before);
        vm.expectEmit(address(market));
        emit IRegistry.AttributesSet(provider, words);
        _set(words);
        for (uint256 i = 0; i < before.length; ++i) {
            assertFalse(market.hasAttribute(provider, before[i]));
        }
        for (uint256 i = 0; i < words.length; ++i) {
            assertTrue(market.hasAttribute(provider, words[i]));
            assertFalse(market.hasAttribute(stranger, words[i]));
        }
        _set(before);
        assertEq(before.length == 0 || market.hasAttribute(provider, before[0]), true);
    }

    function test_ARegistrationKeepsThem() external {
        _set(_words(2, 1));
        vm.startPrank(provider);
        market.announceExit();
        skip(EXIT);
        market.unregister();
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        assertTrue(market.hasAttribute(provider, _words(2, 1)[1]));
    }
}
