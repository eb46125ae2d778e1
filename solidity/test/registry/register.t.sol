// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Capacity, Provider, Shape} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract RegisterTest is MarketTest {
    function test_RevertWhen_Registered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.AlreadyRegistered.selector, provider));
        vm.prank(provider);
        market.register{value: MIN_BOND}(plenty(), "key", "url");
    }

    function test_RevertWhen_BondTooSmall() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.BondTooSmall.selector, MIN_BOND - 1, MIN_BOND));
        vm.prank(stranger);
        market.register{value: MIN_BOND - 1}(plenty(), "key", "url");
    }

    function test_Registers() external {
        vm.expectEmit(address(market));
        emit IRegistry.ProviderRegistered(stranger, MIN_BOND + 1, shape(), "key", "url");
        vm.prank(stranger);
        market.register{value: MIN_BOND + 1}(shape(), "key", "url");
        Provider memory p = market.providerOf(stranger);
        assertEq(p.bond, MIN_BOND + 1);
        assertEq(p.registeredAt, START);
        assertEq(p.epoch, 0);
        assertEq(p.rootAt, 0);
        assertEq(p.sealingKey, "key");
        assertEq(p.endpoint, "url");
        Capacity memory c = market.capacityOf(stranger);
        Shape memory s = shape();
        assertEq(c.millicores, s.millicores);
        assertEq(c.memoryMiB, s.memoryMiB);
        assertEq(c.diskMiB, s.diskMiB);
        assertEq(c.gpus, s.gpus);
        assertEq(uint256(c.heldMillicores) + c.heldMemoryMiB + c.heldDiskMiB + c.heldGpus, 0);
        assertEq(address(market).balance, 2 * uint256(MIN_BOND) + 1);
    }

    function test_EpochsGoOnAfterAnotherRegistration() external {
        post("root");
        vm.startPrank(provider);
        market.announceExit();
        skip(CLAIM);
        market.unregister();
        market.register{value: MIN_BOND}(plenty(), "key", "url");
        assertEq(market.providerOf(provider).epoch, 1);
        vm.expectRevert(abi.encodeWithSelector(Errors.WrongEpoch.selector, 1, 2));
        market.postRoot(1, "other root");
        market.postRoot(2, "other root");
    }
}
