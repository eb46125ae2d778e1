// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../src/types/Currency.sol";
import {LeasePolicy, Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";

/// What handlers remember of what they did, kept apart from the market's own books so that the two can be compared.
contract Store {
    struct Lease {
        Terms terms;
        LeaseId id;
        bool open;
        LeasePolicy policy;
        // money in base units
        uint256 deposited;
        uint256 returned;
        uint256 earned; // by the provider: the growth of its earnings when this lease was settled
        // the reservation, kept by our own sums
        uint256 integral;
        uint256 since;
        uint256 replicas;
        Statement statement; // the highest statement ever made
        Step step;
    }

    /// The newest step that the provider took, and what was so when it did.
    struct Step {
        uint256 count; // how many it has taken
        uint256 from;
        uint256 to;
        uint256 waited; // since the step before it, of either side
        uint256 unsettled; // seconds since the newest settled statement
        LeasePolicy policy;
        Statement statement; // that justified it
        uint256 before; // time of the statement that justified the one before
    }

    /// A root that was posted: the statements under it, lease by lease.
    struct Epoch {
        uint256[] leases;
        Statement[] statements;
        bytes32[] leaves;
    }

    Lease[] private _leases;
    mapping(uint256 epoch => Epoch) private _epochs;
    uint256 public epochs;
    mapping(Currency => uint256) public paidOut; // earnings that left

    function count() public view returns (uint256) {
        return _leases.length;
    }

    function lease(uint256 i) external view returns (Lease memory) {
        return _leases[i];
    }

    function opened(Terms memory terms, LeaseId id, uint256 replicas, LeasePolicy memory policy, uint256 deposit)
        external
    {
        Lease storage l = _leases.push();
        l.terms = terms;
        l.id = id;
        l.open = true;
        l.policy = policy;
        l.deposited = deposit;
        l.since = block.timestamp;
        l.replicas = replicas;
    }

    function scaled(uint256 i, uint256 replicas) public {
        Lease storage l = _leases[i];
        l.integral = reserved(i);
        l.since = block.timestamp;
        l.replicas = replicas;
    }

    /// @param settledAt Time of the newest settled statement.
    function stepped(uint256 i, uint256 to, Statement memory statement, uint256 settledAt) external {
        Lease storage l = _leases[i];
        Step storage s = l.step;
        s.before = s.statement.time;
        s.waited = block.timestamp - l.since;
        s.unsettled = block.timestamp - settledAt;
        (s.from, s.to, s.policy, s.statement) = (l.replicas, to, l.policy, statement);
        ++s.count;
        scaled(i, to);
    }

    function governed(uint256 i, LeasePolicy memory policy) external {
        _leases[i].policy = policy;
    }

    function closed(uint256 i) external {
        scaled(i, 0);
        _leases[i].open = false;
    }

    function deposited(uint256 i, uint256 amount) external {
        _leases[i].deposited += amount;
    }

    function returned(uint256 i, uint256 amount) public virtual {
        _leases[i].returned += amount;
    }

    function earned(uint256 i, uint256 amount) external {
        _leases[i].earned += amount;
    }

    function left(Currency currency, uint256 amount) external {
        paidOut[currency] += amount;
    }

    function stated(uint256 i, Statement memory statement) external {
        _leases[i].statement = statement;
    }

    function posted(uint256 epoch, uint256[] memory leases, Statement[] memory statements, bytes32[] memory leaves)
        external
    {
        epochs = epoch;
        Epoch storage e = _epochs[epoch];
        e.leases = leases;
        e.leaves = leaves;
        for (uint256 i = 0; i < statements.length; ++i) {
            e.statements.push(statements[i]);
        }
    }

    function epochAt(uint256 epoch) external view returns (Epoch memory) {
        return _epochs[epoch];
    }

    /// ∫ rate dt from the opening to now, base units × 1e12.
    function reserved(uint256 i) public view returns (uint256) {
        Lease storage l = _leases[i];
        return l.integral + l.terms.rates.reserved * l.replicas * (block.timestamp - l.since);
    }
}
