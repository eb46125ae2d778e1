// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IPart} from "../interfaces/IPart.sol";
import {Errors} from "../libraries/Errors.sol";
import {MarketState} from "./MarketState.sol";

/// A part of the market with another one behind it.
abstract contract Part is MarketState {
    /// The part that receives the calls that this one does not know.
    address public immutable NEXT;

    constructor(address next) {
        bool alike = keccak256(abi.encode(parameters())) == keccak256(abi.encode(IPart(next).parameters()));
        if (!alike) revert Errors.BadParameters();
        NEXT = next;
    }

    /// Delegates to the next part, on this one's storage and with the same caller and value. Its return value and its
    /// revert are those of this call.
    fallback(bytes calldata call) external payable returns (bytes memory) {
        return Address.functionDelegateCall(NEXT, call);
    }
}
