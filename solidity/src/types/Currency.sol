// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20, SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Errors} from "../libraries/Errors.sol";

/// A currency: the address of an ERC-20 token, or address 0 for the chain's native coin.
type Currency is address;

using CurrencyLibrary for Currency global;

/// Moves money in and out of the vault. It measures what arrives and assumes nothing: a token with a transfer fee credits
/// the amount received. Callers must not be re-entrant while `pull` runs, or one transfer would be measured twice.
library CurrencyLibrary {
    function isNative(Currency currency) internal pure returns (bool) {
        return Currency.unwrap(currency) == address(0);
    }

    /// @return received The increase of the vault's balance.
    // A library function is payable where its caller is, and all callers are.
    // slither-disable-next-line msg-value-in-nonpayable
    function pull(Currency currency, address from, uint256 amount) internal returns (uint256 received) {
        if (currency.isNative()) {
            if (msg.value != amount) revert Errors.WrongValue(msg.value, amount);
            return amount;
        }
        if (msg.value != 0) revert Errors.WrongValue(msg.value, 0);
        IERC20 token = IERC20(Currency.unwrap(currency));
        uint256 before = token.balanceOf(address(this));
        // Every caller passes msg.sender.
        // slither-disable-next-line arbitrary-send-erc20
        SafeERC20.safeTransferFrom(token, from, address(this), amount);
        return token.balanceOf(address(this)) - before;
    }

    function pay(Currency currency, address to, uint256 amount) internal {
        if (currency.isNative()) Address.sendValue(payable(to), amount);
        else SafeERC20.safeTransfer(IERC20(Currency.unwrap(currency)), to, amount);
    }

    /// Like `pay`, but returns whether the transfer succeeded instead of reverting.
    function tryPay(Currency currency, address to, uint256 amount) internal returns (bool paid) {
        if (currency.isNative()) (paid,) = to.call{value: amount}("");
        else paid = SafeERC20.trySafeTransfer(IERC20(Currency.unwrap(currency)), to, amount);
    }
}
