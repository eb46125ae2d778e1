// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IPart} from "../../src/interfaces/IPart.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Parameters} from "../../src/types/DataTypes.sol";
import {MarketTest} from "../MarketTest.sol";

interface Chained is IPart {
    function NEXT() external view returns (address);
}

contract DeployTest is MarketTest {
    function _faults(Parameters memory p) private returns (address) {
        return deployCode("Faults.sol:Faults", abi.encode(p));
    }

    function create(string calldata part, bytes calldata arguments) external returns (address) {
        return vm.deployCode(part, arguments);
    }

    function _refuses(Parameters memory p) private {
        vm.expectRevert(Errors.BadParameters.selector);
        this.create("Faults.sol:Faults", abi.encode(p));
    }

    function test_RevertWhen_AParameterIsZero() external {
        Parameters memory p = localParameters();
        p.epochLength = 0;
        _refuses(p);
        p = localParameters();
        p.rootSpacing = 0;
        _refuses(p);
        p = localParameters();
        p.noticePeriod = 0;
        _refuses(p);
        p = localParameters();
        p.disputeWindow = 0;
        _refuses(p);
        p = localParameters();
        p.missedEpochs = 0;
        _refuses(p);
        p = localParameters();
        p.graceBlocks = 0;
        _refuses(p);
        p = localParameters();
        p.fraudShare = 0;
        _refuses(p);
        p = localParameters();
        p.disputeDeposit = 0;
        _refuses(p);
        p = localParameters();
        p.exitDelay = 0;
        _refuses(p);
    }

    function test_RevertWhen_ParametersContradictOneAnother() external {
        // more spacing than an epoch
        Parameters memory p = localParameters();
        p.rootSpacing = uint32(EPOCH);
        _faults(p);
        p.rootSpacing += 1;
        _refuses(p);
        // a claim window in which what a dispute froze could lapse
        p = localParameters();
        p.claimWindow = uint32(DISPUTE + CHALLENGE + 2 * EPOCH) + 1;
        _faults(p);
        p.claimWindow -= 1;
        _refuses(p);
        // a ring that forgets the newest matured root
        p = localParameters();
        p.rootRing = uint32(CHALLENGE / SPACING + 2);
        _faults(p);
        p.rootRing -= 1;
        _refuses(p);
        // more than the whole bond
        p = localParameters();
        p.fraudShare = 10_000;
        _faults(p);
        p.fraudShare += 1;
        _refuses(p);
    }

    function test_RevertWhen_ThePartBehindHasOtherParameters() external {
        Parameters memory p = localParameters();
        address behind = _faults(p);
        deployCode("Auction.sol:Auction", abi.encode(p, behind));
        p.creditPerCore += 1;
        vm.expectRevert(Errors.BadParameters.selector);
        this.create("Auction.sol:Auction", abi.encode(p, behind));
    }

    function test_EveryPartAnswersWithTheParameters() external view {
        bytes memory told = abi.encode(localParameters());
        address part = address(market);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(abi.encode(IPart(part).parameters()), told);
            if (i < 4) part = Chained(part).NEXT();
        }
    }

    function test_RevertWhen_NoPartKnowsIt() external {
        (bool known, bytes memory why) = address(market).call(abi.encodeWithSignature("owner()"));
        assertFalse(known);
        assertEq(why, abi.encodeWithSignature("FailedCall()"));
        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        (known, why) = address(market).call{value: 1 ether}("");
        assertFalse(known);
        assertEq(why, abi.encodeWithSignature("FailedCall()"));
    }
}
