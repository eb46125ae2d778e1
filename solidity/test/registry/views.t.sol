// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameters, Shape} from "../../src/types/DataTypes.sol";
import {OfferId} from "../../src/types/Ids.sol";
import {MarketTest, Tidemark} from "../MarketTest.sol";

contract RegistryViewsTest is MarketTest {
    uint96 private constant PER_CORE = 1e15;

    function _bondFor(Shape memory shape_) private returns (uint256) {
        Parameters memory p = localParameters();
        p.bondPerCore = PER_CORE;
        Tidemark weighing = deploy(p);
        return weighing.bondFor(shape_) - MIN_BOND;
    }

    function test_TheBondForNoCapacityIsTheMinimum() external {
        assertEq(_bondFor(Shape(0, 0, 0, 0)), 0);
    }

    function test_EachKindOfCapacityHasItsWeight() external {
        assertEq(_bondFor(Shape({millicores: 1000, memoryMiB: 0, diskMiB: 0, gpus: 0})), PER_CORE);
        assertEq(_bondFor(Shape({millicores: 1, memoryMiB: 0, diskMiB: 0, gpus: 0})), PER_CORE / 1000);
        assertEq(_bondFor(Shape({millicores: 0, memoryMiB: 4000, diskMiB: 0, gpus: 0})), PER_CORE);
        assertEq(_bondFor(Shape({millicores: 0, memoryMiB: 0, diskMiB: type(uint32).max, gpus: 0})), 0);
        assertEq(_bondFor(Shape({millicores: 0, memoryMiB: 0, diskMiB: 0, gpus: 1})), 8 * uint256(PER_CORE));
        assertEq(_bondFor(Shape({millicores: 500, memoryMiB: 2000, diskMiB: 1, gpus: 2})), 17 * uint256(PER_CORE));
    }

    function test_OfWhatWasNeverThereNothingIsKnown() external view {
        assertFalse(market.offerOf(OfferId.wrap(9)).open);
        assertEq(market.providerOf(stranger).registeredAt, 0);
        assertEq(market.capacityOf(stranger).millicores, 0);
        assertFalse(market.hasAttribute(stranger, "region=eu"));
    }
}
