// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Shape} from "../types/DataTypes.sol";

/// The bond that a capacity requires, and the distribution of a slash.
library Bonds {
    uint256 internal constant CORE = 1000; // millicores
    uint256 internal constant MIB_PER_MILLICORE = 4; // 4,000 MiB of memory have the weight of a core
    uint256 internal constant MILLICORES_PER_GPU = 8000;

    uint256 internal constant FULL = 10_000; // basis points
    uint256 internal constant TENANT = 7500; // of a slash, for the harmed tenant
    uint256 internal constant REPORTER = 1000; // for the reporter; the rest is burned

    /// The weight of a shape, in thousandths of a core.
    function units(Shape memory shape) internal pure returns (uint256) {
        return uint256(shape.millicores) + shape.memoryMiB / MIB_PER_MILLICORE + shape.gpus * MILLICORES_PER_GPU;
    }

    /// Wei for a number of thousandths of a core.
    function weight(uint256 units_, uint256 perCore) internal pure returns (uint256) {
        return units_ * perCore / CORE;
    }

    /// Distributes a slash. The rest is burned, so that a provider loses by reporting itself, even as its own tenant.
    function shares(uint256 slashed) internal pure returns (uint256 tenant, uint256 reporter, uint256 burned) {
        tenant = slashed * TENANT / FULL;
        reporter = slashed * REPORTER / FULL;
        burned = slashed - tenant - reporter;
    }
}
