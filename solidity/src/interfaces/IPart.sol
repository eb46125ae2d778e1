// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameters} from "../types/DataTypes.sol";

/// The market is one address whose code stands in several contracts, because a contract may have 24,576 bytes: Market hands
/// a call that it does not know to Approvals, that to Registry, that to Auction, that to Faults, each of which runs on the
/// market's own storage. Every part is named in the code of the one before it for good: nothing here can be exchanged.
interface IPart {
    /// The parameters of the deployment, the same in each part.
    function parameters() external view returns (Parameters memory);
}
