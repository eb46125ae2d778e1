// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Errors} from "../libraries/Errors.sol";
import {Currency} from "../types/Currency.sol";

/// Deposits. For each currency, the vault holds the sum of all lease balances, all earnings, all bonds, all orders'
/// deposits, and all deposits of bids and disputes.
///
/// Money arrives through `_receive`, which measures it, or, for the native coin, as the value of a call that names the
/// amount. No other money may move during the measurement, so functions that take money in are `nonReentrant`, and
/// functions that pay money out refuse to run inside one of them (`nonReentrantView`: a check without a lock, because
/// money leaves only after the state is updated, and a payee that calls back sees the new state).
abstract contract Vault is ReentrancyGuardTransient {
    /// Takes money from the caller. Callers are `nonReentrant`.
    function _receive(Currency currency, uint256 amount) internal returns (uint256 received) {
        received = currency.pull(msg.sender, amount);
        if (received == 0) revert Errors.NothingReceived();
    }
}
