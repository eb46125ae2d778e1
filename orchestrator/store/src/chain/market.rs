//! Offers and providers as the folds of their events.

use alloy::primitives::U256;
use solidity::Market::MarketEvents;

use super::{Offer, ProviderRow, SilenceReport};

pub(super) fn apply_offer(value: &mut Option<Offer>, event: &MarketEvents) {
    match event {
        MarketEvents::OfferListed(listed) => {
            *value = Some(Offer {
                id: listed.offer,
                provider: listed.provider,
                currency: listed.currency,
                prices: listed.prices.clone(),
                open: true,
            });
        }
        MarketEvents::OfferWithdrawn(_) => {
            if let Some(offer) = value {
                offer.open = false;
            }
        }
        _ => {}
    }
}

/// Returns whether the event changes a provider's row.
pub(super) fn apply_provider(value: &mut Option<ProviderRow>, event: &MarketEvents) -> bool {
    match (event, value) {
        (MarketEvents::ProviderRegistered(e), value) => {
            *value = Some(ProviderRow {
                address: e.provider,
                bond: e.bond,
                capacity: e.capacity.clone(),
                sealing_key: e.sealingKey,
                endpoint: e.endpoint.clone(),
                registered: true,
                // Attributes are kept across registrations.
                attributes: value.as_ref().map(|before| before.attributes.clone()).unwrap_or_default(),
                exit_at: None,
                silence: None,
            });
        }
        (MarketEvents::ProviderUpdated(e), Some(provider)) => {
            provider.capacity = e.capacity.clone();
            provider.sealing_key = e.sealingKey;
            provider.endpoint.clone_from(&e.endpoint);
            provider.exit_at = None;
        }
        (MarketEvents::BondAdded(e), Some(provider)) => provider.bond += e.amount,
        (MarketEvents::Slashed(e), Some(provider)) => provider.bond = provider.bond.saturating_sub(e.amount),
        (MarketEvents::AttributesSet(e), Some(provider)) => provider.attributes.clone_from(&e.attributes),
        (MarketEvents::ExitAnnounced(e), Some(provider)) => provider.exit_at = Some(e.until.saturating_to()),
        (MarketEvents::SilenceReported(e), Some(provider)) => {
            provider.silence = Some(SilenceReport { epoch: e.epoch.saturating_to(), confirmed: false });
        }
        (MarketEvents::SilenceConfirmed(e), Some(provider)) => {
            provider.silence = Some(SilenceReport { epoch: e.epoch.saturating_to(), confirmed: true });
        }
        (MarketEvents::ProviderUnregistered(_), Some(provider)) => {
            provider.bond = U256::ZERO;
            provider.registered = false;
            (provider.exit_at, provider.silence) = (None, None);
        }
        _ => return false,
    }
    true
}
