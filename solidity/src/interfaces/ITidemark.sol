// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IApprovals} from "./IApprovals.sol";
import {IAuction} from "./IAuction.sol";
import {IConsents} from "./IConsents.sol";
import {IEscrow} from "./IEscrow.sol";
import {IFaults} from "./IFaults.sol";
import {ILedger} from "./ILedger.sol";
import {IMarket} from "./IMarket.sol";
import {IPart} from "./IPart.sol";
import {IProofs} from "./IProofs.sol";
import {IRegistry} from "./IRegistry.sol";

/// The market as callers see it: one address with the functions of all parts.
interface ITidemark is IMarket, IEscrow, IProofs, IConsents, IApprovals, IRegistry, ILedger, IAuction, IFaults, IPart {}
