// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Shape} from "../types/DataTypes.sol";

/// What a bond has to cover, and who gets what is taken from it.
library Bonds {
    uint256 internal constant CORE = 1000; // millicores
    uint256 internal constant MIB_PER_MILLICORE = 4; // 4,000 MiB of memory weigh as much as a core
    uint256 internal constant MILLICORES_PER_GPU = 8000;

    uint256 internal constant FULL = 10_000; // basis points
    uint256 internal constant TENANT = 7500; // of a slash, for the harmed tenant
    uint256 internal constant REPORTER = 1000; // for who reported; the rest is burned

    /// What a shape weighs, in thousandths of a core.
    function units(Shape memory shape) internal pure returns (uint256) {
        return uint256(shape.millicores) + shape.memoryMiB / MIB_PER_MILLICORE + shape.gpus * MILLICORES_PER_GPU;
    }

    /// Wei for so many thousandths of a core.
    function weight(uint256 units_, uint256 perCore) internal pure returns (uint256) {
        return units_ * perCore / CORE;
    }

    /// How a slash is shared. The rest is burned, so that a provider that reports itself, or is its own tenant, loses by it.
    function shares(uint256 slashed) internal pure returns (uint256 tenant, uint256 reporter, uint256 burned) {
        tenant = slashed * TENANT / FULL;
        reporter = slashed * REPORTER / FULL;
        burned = slashed - tenant - reporter;
    }
}
