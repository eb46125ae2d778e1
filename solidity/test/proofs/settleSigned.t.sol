// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC1271} from "../signers/ERC1271.sol";

import {IProofs} from "../../src/interfaces/IProofs.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Statement, Terms} from "../../src/types/DataTypes.sol";
import {LeaseId} from "../../src/types/Ids.sol";
import {MarketTest, Tidemark} from "../MarketTest.sol";

contract SettleSignedTest is MarketTest {
    Terms private terms;
    LeaseId private id;

    function setUp() public override {
        super.setUp();
        (terms, id) = open(usd, 2);
        skip(10);
    }

    function _refused(Terms memory t, Statement memory statement, bytes memory signature, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(provider);
        market.settleSigned(t, statement, signature);
    }

    function _refused(Statement memory statement, bytes memory signature, bytes4 why) private {
        _refused(terms, statement, signature, abi.encodePacked(why));
    }

    function _statement() private view returns (Statement memory) {
        return busy(15, vm.getBlockTimestamp());
    }

    function test_RevertWhen_NotTheProvider() external {
        Statement memory statement = _statement();
        bytes memory signature = sign(tenantKey, id, statement);
        vm.expectRevert(abi.encodeWithSelector(Errors.NotAllowed.selector, tenant));
        vm.prank(tenant);
        market.settleSigned(terms, statement, signature);
    }

    function test_RevertWhen_LeaseUnknown() external {
        Terms memory invented = termsOf(tenant, usd, order(2, 99));
        LeaseId none = market.idOf(invented);
        Statement memory statement = _statement();
        _refused(
            invented,
            statement,
            sign(tenantKey, none, statement),
            abi.encodeWithSelector(Errors.LeaseUnknown.selector, none)
        );
    }

    function test_RevertWhen_FromTheFuture() external {
        Statement memory statement = busy(15, vm.getBlockTimestamp() + 1);
        bytes memory why = abi.encodeWithSelector(Errors.StatementFromFuture.selector, statement.time);
        _refused(terms, statement, sign(tenantKey, id, statement), why);
    }

    function test_RevertWhen_Lapsed() external {
        Statement memory statement = _statement();
        skip(CLAIM + 1);
        bytes memory why = abi.encodeWithSelector(Errors.StatementLapsed.selector, statement.time, statement.time + 1);
        _refused(terms, statement, sign(tenantKey, id, statement), why);
    }

    function test_RevertWhen_AnothersSignature() external {
        (, uint256 key) = makeAddrAndKey("provider");
        Statement memory statement = _statement();
        _refused(statement, sign(key, id, statement), Errors.BadSignature.selector);
    }

    function test_RevertWhen_NoSignature() external {
        _refused(_statement(), "", Errors.BadSignature.selector);
        _refused(_statement(), new bytes(65), Errors.BadSignature.selector);
    }

    function test_RevertWhen_AnyFieldIsOffByOne() external {
        Statement memory statement = _statement();
        bytes memory signature = sign(tenantKey, id, statement);
        for (uint256 field = 0; field < 6; ++field) {
            Statement memory near = _statement();
            if (field == 0) --near.time;
            if (field == 1) ++near.replicaSeconds;
            if (field == 2) ++near.cpuNanos;
            if (field == 3) ++near.memoryByteSeconds;
            if (field == 4) ++near.networkBytes;
            if (field == 5) ++near.utilization;
            _refused(near, signature, Errors.BadSignature.selector);
        }
    }

    /// The upper half of the curve's order would give a second signature of the same digest.
    function test_RevertWhen_TheSignatureIsMalleable() external {
        Statement memory statement = _statement();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(tenantKey, market.statementDigest(id, statement));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory other = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _refused(statement, other, Errors.BadSignature.selector);
    }

    // Replays

    function test_RevertWhen_SignedForAnotherLease() external {
        (Terms memory other, LeaseId otherId) = open(tenant, usd, order(2, 2), DEPOSIT);
        skip(10);
        Statement memory statement = _statement();
        _refused(other, statement, sign(tenantKey, id, statement), abi.encodePacked(Errors.BadSignature.selector));
        bytes memory signature = sign(tenantKey, otherId, statement);
        vm.prank(provider);
        market.settleSigned(other, statement, signature);
    }

    /// The same words signed for another market, even about this very lease id.
    function test_RevertWhen_SignedForAnotherMarket() external {
        Tidemark other = deploy(localParameters());
        Statement memory statement = _statement();
        bytes32 digest = other.statementDigest(id, statement);
        assertNotEq(digest, market.statementDigest(id, statement));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(tenantKey, digest);
        _refused(statement, abi.encodePacked(r, s, v), Errors.BadSignature.selector);
    }

    function test_RevertWhen_SignedForAnotherChain() external {
        Statement memory statement = _statement();
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes memory signature = sign(tenantKey, id, statement);
        vm.chainId(here);
        _refused(statement, signature, Errors.BadSignature.selector);
    }

    function test_TheDomainAndTypeAreAsDocumented() external view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier,,) = _domain();
        assertEq(fields, hex"0f");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chain,
                verifier
            )
        );
        assertEq(name, "Tidemark");
        assertEq(version, "1");
        assertEq(verifier, address(market));
        bytes32 typeHash = keccak256(
            "Statement(bytes32 lease,uint32 time,uint64 replicaSeconds,uint96 cpuNanos,uint128 memoryByteSeconds,uint96 networkBytes,uint16 utilization)"
        );
        assertEq(market.STATEMENT_TYPEHASH(), typeHash);
        Statement memory statement = _statement();
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, keccak256(abi.encode(typeHash, id, statement))));
        assertEq(market.statementDigest(id, statement), digest);
    }

    function _domain()
        private
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return IERC5267(address(market)).eip712Domain();
    }

    // What it pays

    function test_SettlesAtOnceAndWithoutARoot() external {
        Statement memory statement = _statement();
        bytes memory signature = sign(tenantKey, id, statement);
        vm.expectEmit(address(market));
        emit IProofs.Settled(id, provider, statement.time, 15 * RATE);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        assertEq(market.earnings(provider, usd), 15 * RATE);
        // again: nothing more
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }

    /// A signature does not lift what the lease reserved.
    function test_NeverMoreThanTheReservedIntegral() external {
        Statement memory statement = busy(1_000_000, vm.getBlockTimestamp());
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        assertEq(market.earnings(provider, usd), 20 * RATE);
    }

    // Contracts as tenants

    function _ofContract() private returns (Terms memory t, LeaseId contractId, ERC1271 wallet) {
        wallet = new ERC1271(tenant);
        fund(address(wallet));
        (t, contractId) = open(address(wallet), usd, order(2, 1), DEPOSIT);
        skip(10);
    }

    function test_AContractSignsByErc1271() external {
        (Terms memory t, LeaseId contractId,) = _ofContract();
        Statement memory statement = _statement();
        bytes memory signature = sign(tenantKey, contractId, statement);
        vm.prank(provider);
        market.settleSigned(t, statement, signature);
        assertEq(market.earnings(provider, usd), 15 * RATE);
    }

    function test_RevertWhen_TheContractRefuses() external {
        (Terms memory t, LeaseId contractId, ERC1271 wallet) = _ofContract();
        Statement memory statement = _statement();
        bytes memory why = abi.encodePacked(Errors.BadSignature.selector);
        (, uint256 otherKey) = makeAddrAndKey("other");
        _refused(t, statement, sign(otherKey, contractId, statement), why);
        wallet.setMode(ERC1271.Mode.Reverts);
        _refused(t, statement, sign(tenantKey, contractId, statement), why);
        wallet.setMode(ERC1271.Mode.SaysTrue);
        _refused(t, statement, sign(tenantKey, contractId, statement), why);
    }

    /// Two wallets of one key: a signature for one wallet's lease is not valid for the other's.
    function test_RevertWhen_SignedForAnotherWalletOfTheSameKey() external {
        (, LeaseId first,) = _ofContract();
        (Terms memory t,,) = _ofContract();
        Statement memory statement = _statement();
        _refused(t, statement, sign(tenantKey, first, statement), abi.encodePacked(Errors.BadSignature.selector));
    }

    /// Not even a countersigned statement pays while the lease is disputed; afterwards the same statement does.
    function testFuzz_WhileItIsDisputed(bool forTenant) external {
        Statement memory statement = _statement();
        bytes memory signature = sign(tenantKey, id, statement);
        vm.prank(tenant);
        market.dispute{value: DISPUTE_DEPOSIT}(terms, "evidence");
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        assertEq(market.earnings(provider, usd), 0);
        assertEq(market.accountOf(id, usd).settledAt, START);
        vm.prank(arbiters);
        market.rule(terms, forTenant, 0);
        vm.prank(provider);
        market.settleSigned(terms, statement, signature);
        assertEq(market.earnings(provider, usd), forTenant ? 0 : 15 * RATE);
    }
}

interface IERC5267 {
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory);
}
