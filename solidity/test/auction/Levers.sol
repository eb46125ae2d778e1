// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {MarketState} from "../../src/abstracts/MarketState.sol";
import {Part} from "../../src/abstracts/Part.sol";
import {Spending} from "../../src/abstracts/Spending.sol";
import {Currency} from "../../src/types/Currency.sol";
import {Limits, Parameters} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {SpendingPolicyWord} from "../../src/types/Words.sol";

/// A part of a test's market that does at once what takes other parts their time: bound accounts, grants, outages, disputes.
contract Levers is Spending, Part {
    constructor(Parameters memory p, address next) MarketState(p) Part(next) {}

    function letBind(address account, Currency currency, uint104 rate, uint104 amount, uint112 exposure) external {
        _spendingPolicies[account] = SpendingPolicyWord.wrap(1 << 32 | 1); // one consent, by the first version
        Limits storage limits = _limits[account][currency];
        (limits.rate, limits.amount, limits.exposure, limits.version) = (rate, amount, exposure, 1);
    }

    function exposed(address account, Currency currency) external view returns (uint256) {
        return _limits[account][currency].exposed;
    }

    function withGrant(bytes calldata call) external payable returns (bytes memory) {
        _granted = _grant(msg.sender, keccak256(call));
        return Address.functionDelegateCall(address(this), call);
    }

    function letFallSilent(address provider) external {
        _outages[provider].epoch = _providers[provider].epoch;
        _outages[provider].confirmed = true;
    }

    function letFreeze(LeaseId lease, Currency currency) external {
        _accounts[currency][lease] = _accounts[currency][lease].freeze();
    }

    function letThaw(LeaseId lease, Currency currency) external {
        _accounts[currency][lease] = _accounts[currency][lease].thaw();
    }
}
