// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// A token that misbehaves in one way at a time.
contract NastyToken is ERC20 {
    enum Mode {
        Plain,
        TakesAFee, // a tenth of each transfer
        ReturnsFalse, // and moves nothing
        Reverts,
        Blacklists, // one account, as sender and as receiver
        CallsBack // the market, on each transfer
    }

    Mode private mode;
    address private victim;
    address private target;
    bytes private call;
    uint8 private immutable DECIMALS;

    /// Whether the last call back went through.
    bool public calledBack;
    bytes public answer;

    constructor(uint8 decimals_) ERC20("Nasty", "NASTY") {
        DECIMALS = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setMode(Mode to) external {
        mode = to;
    }

    function blacklist(address who) external {
        (mode, victim) = (Mode.Blacklists, who);
    }

    function callBack(address target_, bytes calldata call_) external {
        (mode, target, call, calledBack) = (Mode.CallsBack, target_, call_, false);
    }

    /// Acts as an account of its own: it can be a tenant or a provider.
    function act(address target_, bytes calldata call_) external payable returns (bytes memory) {
        (bool ok, bytes memory result) = target_.call{value: msg.value}(call_);
        require(ok, string(result));
        return result;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (mode == Mode.ReturnsFalse) return false;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (mode == Mode.ReturnsFalse) return false;
        return super.transferFrom(from, to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (mode == Mode.Reverts) revert("nasty");
        if (mode == Mode.Blacklists && (from == victim || to == victim)) revert("blacklisted");
        if (mode == Mode.TakesAFee && from != address(0)) {
            super._update(from, address(0xfee), amount / 10);
            amount -= amount / 10;
        }
        super._update(from, to, amount);
        if (mode == Mode.CallsBack) {
            mode = Mode.Plain; // once
            (calledBack, answer) = target.call(call);
        }
    }
}
