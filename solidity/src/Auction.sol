// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MarketState} from "./abstracts/MarketState.sol";
import {Part} from "./abstracts/Part.sol";
import {Parameters} from "./types/DataTypes.sol";

contract Auction is Part {
    constructor(Parameters memory p, address next) MarketState(p) Part(next) {}
}
