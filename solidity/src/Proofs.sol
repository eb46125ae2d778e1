// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Escrow} from "./Escrow.sol";
import {Statements} from "./abstracts/Statements.sol";
import {IProofs} from "./interfaces/IProofs.sol";
import {Accrual} from "./libraries/Accrual.sol";
import {Errors} from "./libraries/Errors.sol";
import {Multiproof} from "./libraries/Multiproof.sol";
import {Currency} from "./types/Currency.sol";
import {Claim, Provider, Rates, Root, Statement, Terms} from "./types/DataTypes.sol";
import {LeaseId} from "./types/Ids.sol";
import {AccountWord, ReservationWord} from "./types/Words.sol";

/// Roots and settlements: the only way in which money of a lease becomes earnings of its provider.
abstract contract Proofs is IProofs, Escrow, Statements {
    /// @inheritdoc IProofs
    function postRoot(uint256 epoch, bytes32 root) external {
        _postRoot(epoch, root);
    }

    function _postRoot(uint256 epoch, bytes32 root) internal {
        // Check
        Provider storage provider = _providers[msg.sender];
        if (provider.registeredAt == 0) revert Errors.NotRegistered(msg.sender);
        uint256 expected = uint256(provider.epoch) + 1;
        if (epoch != expected) revert Errors.WrongEpoch(epoch, expected);
        uint256 until = provider.rootAt + ROOT_SPACING;
        if (block.timestamp < until) revert Errors.RootTooSoon(until);
        // Effect; at one root per second the epoch's field lasts for more than a century
        // forge-lint: disable-start(unsafe-typecast)
        provider.epoch = uint32(epoch);
        provider.rootAt = uint32(block.timestamp);
        _roots[msg.sender][epoch % ROOT_RING] = Root({digest: bytes28(root), postedAt: uint32(block.timestamp)});
        // forge-lint: disable-end(unsafe-typecast)
        // Log
        emit RootPosted(msg.sender, epoch, root);
    }

    /// @inheritdoc IProofs
    function settle(address provider, Currency currency, uint256 epoch, Claim calldata claim, bytes32[] calldata path)
        external
    {
        Rates memory rates = claim.rates;
        Statement memory statement = claim.statement;
        LeaseId id = _id(claim.orderHash, provider, currency, rates);
        _checkRoot(provider, epoch, MerkleProof.processProofCalldata(path, _leaf(id, statement)), statement.time);
        _checkWindow(statement.time);
        _earnings[provider][currency] += _settle(id, provider, currency, rates, statement);
    }

    /// @inheritdoc IProofs
    function settleBatch(
        address provider,
        Currency currency,
        uint256 epoch,
        Claim[] calldata claims,
        bytes32[] calldata proof,
        uint256[] calldata flags
    ) external {
        // Effect and Log; a failed check reverts them
        (bytes32[] memory leaves, uint256 newest) = _settleAll(provider, currency, claims);
        // Check
        _checkRoot(provider, epoch, Multiproof.root(leaves, proof, flags), newest);
    }

    /// @inheritdoc IProofs
    function settleSigned(Terms calldata terms, Statement calldata statement, bytes calldata signature) external {
        // Check. Only the provider submits: the tenant alone could settle by a statement without usage, and void what is owed.
        if (msg.sender != terms.provider) revert Errors.NotAllowed(msg.sender);
        LeaseId id = _id(terms);
        if (statement.time > block.timestamp) revert Errors.StatementFromFuture(statement.time);
        _checkWindow(statement.time);
        bool valid =
            SignatureChecker.isValidSignatureNowCalldata(terms.tenant, _statementDigest(id, statement), signature);
        if (!valid) revert Errors.BadSignature();
        _earnings[terms.provider][terms.currency] += _settle(id, terms.provider, terms.currency, terms.rates, statement);
    }

    /// Settles the statements of a batch that have not lapsed.
    /// @return leaves Of all statements of the batch.
    /// @return newest The latest of their times.
    function _settleAll(address provider, Currency currency, Claim[] calldata claims)
        private
        returns (bytes32[] memory leaves, uint256 newest)
    {
        uint256 oldest = _oldest();
        uint256 sum = 0;
        leaves = new bytes32[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata claim = claims[i];
            Rates memory rates = claim.rates;
            Statement memory statement = claim.statement;
            LeaseId id = _id(claim.orderHash, provider, currency, rates);
            leaves[i] = _leaf(id, statement);
            newest = Math.max(newest, statement.time);
            if (statement.time >= oldest) sum += _settle(id, provider, currency, rates, statement);
        }
        _earnings[provider][currency] += sum;
    }

    /// Pays what a statement adds. The caller proved the statement by root or signature, checked the claim window, and
    /// credits the amount.
    function _settle(LeaseId id, address provider, Currency currency, Rates memory rates, Statement memory statement)
        private
        returns (uint256 amount)
    {
        // Check
        mapping(LeaseId => AccountWord) storage accounts = _accounts[currency];
        AccountWord account = accounts[id];
        uint256 settledAt = account.settledAt();
        if (settledAt == 0) revert Errors.LeaseUnknown(id);
        uint256 time = statement.time;
        if (time <= settledAt || account.frozen()) return 0;
        // Effect
        ReservationWord reservation = _reservations[id];
        uint256 rate = Accrual.rate(reservation, rates.reserved);
        if (settledAt < _oldest()) reservation = _lapse(id, reservation, rate, account.paid());
        uint256 reserved = Accrual.reservedUntil(reservation, rate, time);
        amount = Accrual.due(Accrual.price(rates, statement), reserved, account.paid(), account.balance());
        // The sum of all payments stays within R, below 2^136 / 1e12.
        accounts[id] = account.settled(amount, time);
        // Log
        emit Settled(id, provider, time, amount);
    }

    /// Removes what was not proven in time from the reserved integral, by moving the curve's point to the claim
    /// window's beginning. Only a lease that stayed unsettled for a whole claim window reaches this.
    function _lapse(LeaseId id, ReservationWord reservation, uint256 rate, uint256 paid)
        private
        returns (ReservationWord)
    {
        uint256 oldest = _oldest();
        if (oldest < reservation.since()) return reservation;
        uint256 integral = Accrual.carried(reservation, rate, paid, oldest, oldest);
        reservation = reservation.moved(integral, oldest, reservation.replicas());
        _reservations[id] = reservation;
        return reservation;
    }

    function _checkRoot(address provider, uint256 epoch, bytes32 computed, uint256 time) private view {
        uint256 until = _checkPosted(provider, epoch, computed, time) + CHALLENGE_WINDOW;
        if (block.timestamp < until) revert Errors.RootImmature(until);
    }

    function _checkWindow(uint256 time) private view {
        if (time < _oldest()) revert Errors.StatementLapsed(time, _oldest());
    }
}
