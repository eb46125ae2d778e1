// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Currency} from "../types/Currency.sol";
import {Capacity, Offer, PriceList, Provider, Shape} from "../types/DataTypes.sol";
import {OfferId} from "../types/Ids.sol";

/// Providers, their capacity and bonds, and their offers.
interface IRegistry {
    /// A provider registered.
    event ProviderRegistered(
        address indexed provider, uint256 bond, Shape capacity, bytes32 sealingKey, string endpoint
    );
    /// A provider changed its capacity, sealing key or endpoint.
    event ProviderUpdated(address indexed provider, Shape capacity, bytes32 sealingKey, string endpoint);
    /// A provider's bond grew.
    event BondAdded(address indexed provider, uint256 amount);
    /// A provider replaced its attributes.
    event AttributesSet(address indexed provider, bytes32[] attributes);
    /// A provider announced its exit; it may withdraw its bond at `until`.
    event ExitAnnounced(address indexed provider, uint256 until);
    /// The arbiters stopped or reopened the intake of new leases, orders, bids and providers.
    event IntakeSet(bool open);
    /// A provider left; its bond became earnings that it can withdraw.
    event ProviderUnregistered(address indexed provider, uint256 bond);
    /// A provider listed an offer. Offers are immutable: a new price is a new offer.
    event OfferListed(OfferId indexed offer, address indexed provider, Currency indexed currency, PriceList prices);
    /// An offer can no longer be taken.
    event OfferWithdrawn(OfferId indexed offer, address indexed provider);

    /// Registers the caller as a provider. The value sent is its bond, which must cover the capacity (`bondFor`).
    /// @param capacity The total of its machines.
    /// @param sealingKey X25519 public key for secrets.
    /// @param endpoint URL of its API.
    /// @dev Emits ProviderRegistered. Reverts with IntakeStopped, AlreadyRegistered, BondTooSmall.
    function register(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external payable;

    /// Replaces what the caller registered. Capacity below what leases hold prevents new leases and leaves existing
    /// ones. The bond must cover the capacity; after a slash, this call resumes selling.
    /// @dev Emits ProviderUpdated. Reverts with NotRegistered, BondTooSmall.
    function updateProvider(Shape calldata capacity, bytes32 sealingKey, string calldata endpoint) external;

    /// Adds the value sent to the caller's bond. Emits BondAdded. Reverts with NotRegistered.
    function addBond() external payable;

    /// Replaces the caller's attributes: words such as "region=eu" that an order may require. They are the provider's
    /// own claims, which the contract does not verify.
    /// @param attributes At most 32.
    /// @dev Emits AttributesSet. Reverts with NotRegistered, TooMany.
    function setAttributes(bytes32[] calldata attributes) external;

    /// Announces that the caller wants its bond back. Its capacity becomes zero, so it gets no new lease; its bond can
    /// be slashed until it leaves. `updateProvider` cancels the exit.
    /// @dev Emits ExitAnnounced. Reverts with NotRegistered.
    function announceExit() external;

    /// Ends the caller's registration and turns its bond into earnings: after the exit delay, once no lease is open, no
    /// root can be settled or contested any more and no dispute is open.
    /// @dev Emits ProviderUnregistered. Reverts with NotRegistered, LeasesOpen, ExitNotAnnounced, ExitRunning,
    /// RootsPending, DisputesOpen, ConsentRequired.
    function unregister() external;

    /// Lists a price list. Emits OfferListed. Reverts with NotRegistered.
    function listOffer(Currency currency, PriceList calldata prices) external returns (OfferId);

    /// Withdraws an offer of the caller. Leases opened from it keep their terms.
    /// @dev Emits OfferWithdrawn. Reverts with OfferClosed, NotAllowed.
    function withdrawOffer(OfferId offer) external;

    /// Stops or reopens the intake of new leases, orders, bids and providers. Withdrawals and running leases cannot be
    /// stopped.
    /// @dev Emits IntakeSet. Reverts with NotArbiters unless called by the arbiters' account or with its consents.
    function setIntake(bool open) external;

    function intakeOpen() external view returns (bool);
    function providerOf(address provider) external view returns (Provider memory);
    function hasAttribute(address provider, bytes32 attribute) external view returns (bool);
    function capacityOf(address provider) external view returns (Capacity memory);
    /// The bond, in wei, that a provider of this capacity must keep.
    function bondFor(Shape calldata capacity) external view returns (uint256);
    function offerOf(OfferId offer) external view returns (Offer memory);
    /// The number of offers ever listed: ids run from 1 to this.
    function offerCount() external view returns (uint256);
}
