// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Tidemark} from "../../MarketTest.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// Time passes: mostly an epoch or so, at times more than a claim window.
contract TimeHandler is Handler {
    constructor(Tidemark market, Store store) Handler(market, store) {}

    function pass(uint256 seconds_) external {
        skip(bound(seconds_, 1, 30));
    }

    function passLong(uint256 seconds_) external {
        skip(seconds_ % 8 == 0 ? bound(seconds_, 600, 5000) : bound(seconds_, 30, 600));
    }
}
