// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {Bonds} from "../../src/libraries/Bonds.sol";
import {Shape} from "../../src/types/DataTypes.sol";

/// What a bond covers and how a slash is shared, for every shape and every bond. See README.md here.
contract BondsSymbolic is Test {
    function check_TheSharesAreTheSlash(uint96 slashed) external pure {
        (uint256 tenant, uint256 reporter, uint256 burned) = Bonds.shares(slashed);
        assertEq(tenant + reporter + burned, slashed);
        assertGe(tenant, reporter);
    }

    /// A provider that is its own tenant and reports itself loses at least 15 % of what is taken, and always something.
    function check_NobodyGainsByReportingItself(uint96 slashed) external pure {
        vm.assume(slashed != 0);
        (uint256 tenant, uint256 reporter, uint256 burned) = Bonds.shares(slashed);
        assertLt(tenant + reporter, slashed);
        assertGe(burned * 100, uint256(slashed) * 15);
    }

    function check_TheWeightGrowsWithTheShape(Shape memory a, Shape memory b, uint96 perCore) external pure {
        vm.assume(a.millicores <= b.millicores && a.memoryMiB <= b.memoryMiB && a.gpus <= b.gpus);
        assertLe(Bonds.weight(Bonds.units(a), perCore), Bonds.weight(Bonds.units(b), perCore));
    }

    /// Rounding down gives away less than a wei.
    function check_TheWeightIsExact(Shape memory s, uint96 perCore) external pure {
        uint256 thousandths = Bonds.units(s) * perCore;
        uint256 weight = Bonds.weight(Bonds.units(s), perCore);
        assertLe(weight * 1000, thousandths);
        assertGt(weight * 1000 + 1000, thousandths);
    }
}
