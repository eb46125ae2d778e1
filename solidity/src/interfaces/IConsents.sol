// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consents} from "../types/DataTypes.sol";

/// Actions of bound accounts (see IApprovals).
interface IConsents {
    /// An action with consents was executed.
    event ActionTaken(bytes32 indexed action, address indexed account, uint256 nonce);

    /// Executes an action with consents: calls the market with `call` as the caller, and lets that call exceed the
    /// account's limits once. The consents cover only that call: neither calls that other contracts make while it runs
    /// nor calls nested inside it. A permit therefore wraps the consents: `withPermit` of `approved` of the action.
    /// @param account The caller; or the arbiters' account, for which anyone may submit the consents.
    /// @param call An encoded call to this market.
    /// @return What the call returned.
    /// @dev Emits ActionTaken and what the call emits. Reverts with NotAllowed, NotBound, NonceUsed, ConsentExpired,
    /// BadApprovers, ConsentUnordered, NotApprover, ConsentRevoked, BadSignature, ConsentsMissing, and as the call
    /// does.
    function approved(address account, bytes calldata call, Consents calldata consents)
        external
        payable
        returns (bytes memory);
}
