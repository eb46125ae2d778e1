// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistry} from "../../src/interfaces/IRegistry.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Capacity, Order, Provider, Shape, Terms} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

contract UpdateProviderTest is MarketTest {
    function test_RevertWhen_NotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(Errors.NotRegistered.selector, stranger));
        vm.prank(stranger);
        market.updateProvider(plenty(), "key", "url");
    }

    function test_Replaces() external {
        vm.expectEmit(address(market));
        emit IRegistry.ProviderUpdated(provider, shape(), "new key", "new url");
        vm.prank(provider);
        market.updateProvider(shape(), "new key", "new url");
        Provider memory p = market.providerOf(provider);
        assertEq(p.sealingKey, "new key");
        assertEq(p.endpoint, "new url");
        assertEq(p.bond, MIN_BOND);
        assertEq(market.capacityOf(provider).millicores, shape().millicores);
    }

    function test_ShrinkingLeavesWhatIsHeldAndStopsNewLeases() external {
        open(usd, 2);
        vm.prank(provider);
        market.updateProvider(shape(), "key", "url");
        Capacity memory c = market.capacityOf(provider);
        assertEq(c.millicores, 1000);
        assertEq(c.heldMillicores, 10_000);
        assertEq(c.heldMemoryMiB, 10_000);
        assertEq(c.heldDiskMiB, 10_000);
        assertEq(c.heldGpus, 10);
        Order memory o = order(2, 2);
        vm.expectRevert(abi.encodeWithSelector(Errors.CapacityExceeded.selector, 0, 10_000, 0));
        vm.prank(tenant);
        market.take(usdOffer, o, DEPOSIT);
    }

    function test_AKindThatIsNotAskedForStandsInNobodysWay() external {
        open(usd, 2);
        Shape memory s = plenty();
        s.gpus = 0;
        vm.prank(provider);
        market.updateProvider(s, "key", "url");
        Order memory o = order(2, 2);
        o.shape.gpus = 0;
        open(tenant, usd, o, DEPOSIT);
        assertEq(market.capacityOf(provider).heldGpus, 10);
    }

    /// After a slash this is the way back to selling, once the bond covers the capacity again.
    function test_AfterASlash() external {
        (Terms memory terms,) = open(usd, 2);
        skip(EPOCH);
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        vm.prank(arbiters);
        market.rule(terms, true, 1);
        assertEq(market.capacityOf(provider).millicores, 0);
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(Errors.BondTooSmall.selector, MIN_BOND - 1, MIN_BOND));
        market.updateProvider(plenty(), "key", "url");
        market.addBond{value: 1}();
        assertEq(market.capacityOf(provider).millicores, 0);
        market.updateProvider(plenty(), "key", "url");
        vm.stopPrank();
        open(tenant, usd, order(2, 2), DEPOSIT);
    }
}
