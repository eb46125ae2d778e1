// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../../../src/types/Currency.sol";
import {Tidemark} from "../../MarketTest.sol";
import {Docket} from "../Docket.sol";
import {Store} from "../Store.sol";
import {Handler} from "./Handler.sol";

/// Acts on faults, and records in the docket what the bond lost and who received it.
abstract contract FaultHandler is Handler {
    Docket internal immutable DOCKET;
    address internal immutable PROVIDER;
    address[] internal parties; // possible recipients of a slash

    Currency private constant ETH = Currency.wrap(address(0));

    constructor(Tidemark market, Store store, Docket docket, address provider, address[] memory parties_)
        Handler(market, store)
    {
        (DOCKET, PROVIDER, parties) = (docket, provider, parties_);
    }

    /// Books a slash.
    /// @param deposit What the action paid out in addition.
    modifier booked(uint256 deposit) {
        (uint256 bond, uint256 earned, uint256 burned) = (_bond(), _earned(), _burned());
        _;
        DOCKET.slashed(bond - _bond(), _earned() + _burned() - earned - burned - deposit, _burned() - burned);
    }

    /// Whatever is owed to date is void.
    function _void(uint256 i, Store.Lease memory lease) internal {
        DOCKET.voided(i, MARKET.accountOf(lease.id, lease.terms.currency).paid, STORE.reserved(i));
    }

    function _bond() private view returns (uint256) {
        return MARKET.providerOf(PROVIDER).bond;
    }

    function _burned() private view returns (uint256) {
        return MARKET.earnings(address(0), ETH);
    }

    function _earned() private view returns (uint256 sum) {
        for (uint256 i = 0; i < parties.length; ++i) {
            sum += MARKET.earnings(parties[i], ETH);
        }
    }
}
