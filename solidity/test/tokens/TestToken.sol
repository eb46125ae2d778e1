// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// A plain ERC-20 with permit and six decimals that anyone may mint: for the devnet and for tests, worth nothing.
contract TestToken is ERC20, ERC20Permit {
    constructor() ERC20("Tidemark Test Dollar", "TTD") ERC20Permit("Tidemark Test Dollar") {}

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}
