// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parameters} from "../types/DataTypes.sol";

/// The market is one address with the code of several contracts, because a contract's code is limited to 24,576 bytes.
/// Market delegates a call that it does not know to Approvals, that to Registry, that to Auction, that to Faults; each
/// runs on the market's own storage. The address of each part is an immutable of the part before it, so no part can be
/// replaced.
interface IPart {
    /// The parameters of the deployment, the same in each part.
    function parameters() external view returns (Parameters memory);
}
