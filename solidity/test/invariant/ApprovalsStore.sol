// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {Limit} from "../../src/types/DataTypes.sol";
import {Store} from "./Store.sol";

/// What handlers remember of bound accounts: how they are bound, what they put in and got back, and which actions were
/// proposed, consented to, revoked and taken. Approvers are bits of one pool.
contract ApprovalsStore is Store {
    struct SpendingPolicy {
        uint256 approvers; // of the pool
        uint256 threshold; // 0: free
        uint256 version;
    }

    enum Kind {
        Take,
        TopUp,
        Withdraw,
        Scale
    }

    /// What an action does when it is taken.
    struct Effect {
        Kind kind;
        Currency currency;
        uint256 lease; // its index; of Take: its salt
        uint256 amount; // base units; of Scale: the count
        uint256 rate; // that it commits to
    }

    struct Action {
        address account;
        bytes call;
        uint256 value;
        uint256 nonce;
        uint256 expiry;
        uint256 version; // under which its approvers see it
        bytes32 hash;
        Effect effect;
        uint256 consented; // by transaction
        uint256 revoked;
        Use[] uses;
    }

    /// What was so when an action was taken.
    struct Use {
        uint256 time;
        uint256 version;
        uint256 consents; // of approvers in force that have given them and not taken them back
        uint256 threshold;
    }

    Action[] private _actions;
    mapping(address account => SpendingPolicy) private _policies;
    mapping(address account => mapping(Currency => Limit)) private _limits;
    mapping(address account => mapping(Currency => uint256)) public exposed;
    mapping(uint256 lease => bool) public isBoundLease;
    mapping(address account => mapping(uint256 nonce => uint256)) public nonceUses;
    /// The most by which anything that was done without consents exceeded a limit.
    uint256 public overrun;

    function policy(address account) external view returns (SpendingPolicy memory) {
        return _policies[account];
    }

    function actions() external view returns (uint256) {
        return _actions.length;
    }

    function action(uint256 k) external view returns (Action memory) {
        return _actions[k];
    }

    function bound(address account, uint256 approvers, uint256 threshold, Limit[] memory limits) external {
        SpendingPolicy storage b = _policies[account];
        (b.approvers, b.threshold) = (approvers, threshold);
        ++b.version;
        for (uint256 i = 0; i < limits.length; ++i) {
            _limits[account][limits[i].currency] = limits[i];
        }
    }

    function proposed(Action memory a) external {
        Action storage stored = _actions.push();
        stored.account = a.account;
        stored.call = a.call;
        stored.value = a.value;
        stored.nonce = a.nonce;
        stored.expiry = a.expiry;
        stored.version = a.version;
        stored.hash = a.hash;
        stored.effect = a.effect;
    }

    function consented(uint256 k, uint256 approver) external {
        if (_inForce(k)) _actions[k].consented |= 1 << approver;
    }

    function revoked(uint256 k, uint256 approver) external {
        if (_inForce(k)) _actions[k].revoked |= 1 << approver;
    }

    /// What is said under another version is said of nothing.
    function _inForce(uint256 k) private view returns (bool) {
        return _policies[_actions[k].account].version == _actions[k].version;
    }

    /// @param signed Whose keys have signed.
    /// @param named Who is said to have consented by transaction.
    function taken(uint256 k, uint256 signed, uint256 named) external {
        Action storage a = _actions[k];
        SpendingPolicy memory b = _policies[a.account];
        uint256 good = (signed | named & a.consented) & b.approvers & ~a.revoked;
        uint256 count = 0;
        for (; good != 0; good &= good - 1) {
            ++count;
        }
        a.uses.push(Use(block.timestamp, b.version, count, b.threshold));
        ++nonceUses[a.account][a.nonce];
    }

    function openedBy(address account) external {
        isBoundLease[count() - 1] = _policies[account].threshold != 0;
    }

    /// A bound account put money in, or committed itself to a rate.
    function spent(address account, Currency currency, uint256 rate, uint256 amount, bool alone) external {
        if (_policies[account].threshold == 0) return;
        exposed[account][currency] += amount;
        if (!alone) return;
        Limit memory l = _limits[account][currency];
        _note(rate, l.rate);
        _note(amount, l.amount);
        if (amount != 0) _note(exposed[account][currency], l.exposure);
    }

    /// A bound account took money out without consents.
    function tookOut(address account, Currency currency, uint256 amount) external {
        if (_policies[account].threshold != 0) _note(amount, _limits[account][currency].amount);
    }

    function _note(uint256 asked, uint256 limit) private {
        if (asked > limit && asked - limit > overrun) overrun = asked - limit;
    }

    function returned(uint256 i, uint256 amount) public override {
        super.returned(i, amount);
        if (!isBoundLease[i]) return;
        Lease memory l = this.lease(i);
        uint256 before = exposed[l.terms.tenant][l.terms.currency];
        exposed[l.terms.tenant][l.terms.currency] = before > amount ? before - amount : 0;
    }
}
