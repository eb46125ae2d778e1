// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// Makes the same calls again and again in one transaction: the benches need events by the hundred thousand.
contract Repeater {
    /// Send exactly `calls.length × times × value` wei: what is left over is lost.
    /// @param calls Made in turn, each with `value` wei.
    /// @param times How often the turn is taken.
    function repeat(address target, bytes[] calldata calls, uint256 value, uint256 times) external payable {
        for (uint256 turn = 0; turn < times; ++turn) {
            for (uint256 i = 0; i < calls.length; ++i) {
                Address.functionCallWithValue(target, calls[i], value);
            }
        }
    }
}
