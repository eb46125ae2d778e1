// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Errors} from "../../src/libraries/Errors.sol";
import {Parameters, Shape} from "../../src/types/DataTypes.sol";
import {MarketTest, Tidemark} from "../MarketTest.sol";

contract BondForTest is MarketTest {
    Tidemark private dear;

    function setUp() public override {
        super.setUp();
        Parameters memory p = localParameters();
        p.bondPerCore = 0.01 ether;
        dear = deploy(p);
    }

    function testFuzz_TheMinimumWhenCoresCostNone(Shape calldata capacity) external view {
        assertEq(market.bondFor(capacity), MIN_BOND);
    }

    function test_WhatEachKindWeighs() external view {
        assertEq(dear.bondFor(Shape(0, 0, 0, 0)), MIN_BOND);
        assertEq(dear.bondFor(Shape(1000, 0, 0, 0)), MIN_BOND + 0.01 ether);
        assertEq(dear.bondFor(Shape(0, 4000, 0, 0)), MIN_BOND + 0.01 ether);
        assertEq(dear.bondFor(Shape(0, 0, type(uint32).max, 0)), MIN_BOND);
        assertEq(dear.bondFor(Shape(0, 0, 0, 1)), MIN_BOND + 0.08 ether);
        assertEq(dear.bondFor(Shape(1, 3, 0, 0)), MIN_BOND + 0.00001 ether);
        assertEq(dear.bondFor(Shape(1, 4, 0, 0)), MIN_BOND + 0.00002 ether);
    }

    function testFuzz_GrowsWithTheCapacity(Shape memory capacity, Shape calldata more) external view {
        uint256 before = dear.bondFor(capacity);
        uint256 units = uint256(capacity.millicores) + capacity.memoryMiB / 4 + uint256(capacity.gpus) * 8000;
        assertEq(before, MIN_BOND + units * 0.01 ether / 1000);
        capacity.millicores = uint32(bound(more.millicores, capacity.millicores, type(uint32).max));
        capacity.memoryMiB = uint32(bound(more.memoryMiB, capacity.memoryMiB, type(uint32).max));
        capacity.gpus = uint16(bound(more.gpus, capacity.gpus, type(uint16).max));
        assertGe(dear.bondFor(capacity), before);
    }

    /// Half a million GPUs' worth of bond fits its field, and so does the highest price.
    function testFuzz_NothingOverflows(uint96 perCore, Shape calldata capacity) external {
        Parameters memory p = localParameters();
        (p.minBond, p.bondPerCore) = (type(uint96).max, perCore);
        dear = deploy(p);
        assertGe(dear.bondFor(capacity), type(uint96).max);
    }

    function testFuzz_WhoeverSellsHasToHaveIt(Shape calldata capacity) external {
        uint256 required = dear.bondFor(capacity);
        vm.deal(stranger, 2 * required);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Errors.BondTooSmall.selector, required - 1, required));
        dear.register{value: required - 1}(capacity, "key", "url");
        dear.register{value: required}(capacity, "key", "url");
        dear.updateProvider(capacity, "key", "url");
    }

    function testFuzz_WhoeverGrowsHasToAdd(uint32 millicores) external {
        millicores = uint32(bound(millicores, 1, type(uint32).max));
        Shape memory capacity = Shape(millicores, 0, 0, 0);
        uint256 required = dear.bondFor(capacity);
        vm.deal(stranger, 2 * required);
        vm.startPrank(stranger);
        dear.register{value: MIN_BOND}(Shape(0, 0, 0, 0), "key", "url");
        vm.expectRevert(abi.encodeWithSelector(Errors.BondTooSmall.selector, MIN_BOND, required));
        dear.updateProvider(capacity, "key", "url");
        dear.addBond{value: required - MIN_BOND}();
        dear.updateProvider(capacity, "key", "url");
        assertEq(dear.capacityOf(stranger).millicores, millicores);
    }
}
