// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Errors} from "../libraries/Errors.sol";
import {Currency} from "../types/Currency.sol";

/// The way in. For each currency, what the vault holds is the sum of all lease balances, all earnings, all bonds, all
/// orders' deposits, and all deposits of bids and disputes.
///
/// Money comes in through `_receive`, which measures it (the chain's coin also as the value of a call that says how much
/// it needs): meanwhile nothing else may move money, so whatever takes money in is `nonReentrant` and whatever lets it out
/// refuses to run inside of that (`nonReentrantView`, a check without a lock: money leaves only after the state says so,
/// and a payee that calls back meets the new state).
abstract contract Vault is ReentrancyGuardTransient {
    /// Takes money from the caller. Callers are `nonReentrant`.
    function _receive(Currency currency, uint256 amount) internal returns (uint256 received) {
        received = currency.pull(msg.sender, amount);
        if (received == 0) revert Errors.NothingReceived();
    }
}
