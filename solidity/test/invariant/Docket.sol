// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// What handlers remember of faults, kept apart from the market's own books so that the two can be compared. Amounts are in
/// wei, and base units where they are a lease's.
contract Docket {
    /// What is so of a lease, by its number in the store.
    struct Case {
        bool disputed;
        uint256 deposit;
        // when the dispute began
        uint256 paid;
        uint256 settledAt;
        // when a fraud was proven, or a ruling was for the tenant
        bool voided;
        uint256 paidThen;
        uint256 reservedThen; // base units × 1e12
    }

    mapping(uint256 lease => Case) private _cases;
    uint256 public open; // disputes
    uint256 public deposits; // of these
    uint256 public taken; // from bonds
    uint256 public shared; // among tenants, reporters and address 0
    uint256 public burned;

    function caseOf(uint256 i) external view returns (Case memory) {
        return _cases[i];
    }

    function disputed(uint256 i, uint256 deposit, uint256 paid, uint256 settledAt) external {
        Case storage c = _cases[i];
        (c.disputed, c.deposit, c.paid, c.settledAt) = (true, deposit, paid, settledAt);
        ++open;
        deposits += deposit;
    }

    function ended(uint256 i) external {
        Case storage c = _cases[i];
        c.disputed = false;
        --open;
        deposits -= c.deposit;
    }

    function voided(uint256 i, uint256 paid, uint256 reserved) external {
        Case storage c = _cases[i];
        (c.voided, c.paidThen, c.reservedThen) = (true, paid, reserved);
    }

    function slashed(uint256 taken_, uint256 shared_, uint256 burned_) external {
        taken += taken_;
        shared += shared_;
        burned += burned_;
    }
}
