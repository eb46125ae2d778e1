// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IPart} from "../interfaces/IPart.sol";
import {Errors} from "../libraries/Errors.sol";
import {MarketState} from "./MarketState.sol";

/// A part of the market that has another one behind it.
abstract contract Part is MarketState {
    /// The part that answers what this one does not know.
    address public immutable NEXT;

    constructor(address next) {
        bool alike = keccak256(abi.encode(parameters())) == keccak256(abi.encode(IPart(next).parameters()));
        if (!alike) revert Errors.BadParameters();
        NEXT = next;
    }

    /// Runs the next part on this one's storage, for the same caller and value: what it returns is returned, and its
    /// revert is this call's.
    fallback(bytes calldata call) external payable returns (bytes memory) {
        return Address.functionDelegateCall(NEXT, call);
    }
}
