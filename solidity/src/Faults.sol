// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MarketState} from "./abstracts/MarketState.sol";
import {Parameters} from "./types/DataTypes.sol";

contract Faults is MarketState {
    constructor(Parameters memory p) MarketState(p) {}
}
