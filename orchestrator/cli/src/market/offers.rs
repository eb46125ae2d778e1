//! Matches the offers of the market against an order: which fit, their prices, and why the others do not fit.

use alloy::primitives::{Address, B256, U256};
use serde_json::{Value, json};
use solidity::{Order, Rates};

use crate::{render::amount::Unit, wallet::session::Session};
use lease::{
    accrual,
    screen::{self, Figures, Mismatch, Seller},
};

/// An offer and how it matches an order.
pub struct OfferMatch {
    pub offer: u32,
    pub provider: Address,
    pub unit: Unit,
    pub rates: Rates,
    /// The rate at the initial replica count, in base units × 1e12 a second.
    pub rate: U256,
    /// The rate at the maximum replica count.
    pub highest: U256,
    /// Why the offer does not fit; empty when it does.
    pub reasons: Vec<Mismatch>,
    /// The offer is priced in another currency than the requested one.
    pub other_currency: bool,
}

impl OfferMatch {
    pub fn fits(&self) -> bool {
        self.reasons.is_empty() && !self.other_currency
    }

    /// The reasons as sentences.
    pub fn sentences(&self) -> Vec<String> {
        let currency =
            self.other_currency.then(|| format!("it is priced in {}, not in the requested currency", self.unit.symbol));
        currency.into_iter().chain(self.reasons.iter().map(|reason| reason.sentence(&self.unit))).collect()
    }

    pub fn json(&self) -> Value {
        let reasons = self.reasons.iter().map(|reason| {
            json!({"error": reason.error(), "arguments": reason.arguments(), "message": reason.sentence(&self.unit)})
        });
        let mut reasons: Vec<_> = reasons.collect();
        if self.other_currency {
            let message = self.sentences().into_iter().next();
            reasons.insert(0, json!({"error": "OtherCurrency", "arguments": [self.unit.address], "message": message}));
        }
        json!({
            "offer": self.offer, "provider": self.provider, "currency": self.unit.address, "matches": self.fits(),
            "rate": self.rate.to_string(), "highestRate": self.highest.to_string(),
            "perHour": self.unit.format_rate(self.rate), "perHourAtMost": self.unit.format_rate(self.highest),
            "reasons": reasons,
        })
    }
}

/// What a tenant requires beyond the order itself.
#[derive(Default)]
pub struct OfferFilter<'a> {
    /// Only this offer.
    pub offer: Option<u32>,
    /// Only offers in this currency, in which amounts are read. Without it, amounts are read in the currency of all offers, or
    /// in ETH when the offers differ.
    pub currency: Option<Address>,
    pub attributes: &'a [B256],
    /// The deposit, as a decimal amount of the currency. Without it, deposits are not checked.
    pub deposit: Option<&'a str>,
    /// The highest rate, as a decimal amount of the currency and a time. Without it, the rate in the order applies.
    pub max_rate: Option<&'a str>,
}

/// Matches the offers of the market against an order. Those that fit come first, then the cheapest first. Withdrawn offers are
/// left out unless the filter names one.
pub async fn matched(session: &Session, order: &Order, wanted: &OfferFilter<'_>) -> anyhow::Result<Vec<OfferMatch>> {
    let count: u32 = session.market.offerCount().call().await?.saturating_to();
    let ids = wanted.offer.map_or_else(|| (1..=count).collect(), |offer| vec![offer]);
    let intake_open = session.market.intakeOpen().call().await?;
    let mut offers = Vec::new();
    for id in ids {
        let offer = session.market.offerOf(id).call().await?;
        if offer.open || wanted.offer.is_some() {
            offers.push((id, offer));
        }
    }
    let has_amounts = wanted.deposit.is_some() || wanted.max_rate.is_some();
    let currency = wanted.currency.or_else(|| {
        let first = offers.first()?.1.currency;
        let one = offers.iter().all(|(_, offer)| offer.currency == first);
        has_amounts.then_some(if one { first } else { Address::ZERO })
    });
    let mut all = Vec::new();
    for (id, offer) in offers {
        let unit = session.unit(offer.currency).await?;
        let mut order = order.clone();
        let other_currency = currency.is_some_and(|currency| currency != offer.currency);
        // Amounts in one currency do not apply to offers in another.
        let applies = |text: Option<&'_ str>| text.filter(|_| !other_currency).map(str::to_owned);
        if let Some(max_rate) = applies(wanted.max_rate) {
            order.maxRate = unit.parse_rate(&max_rate)?.saturating_to();
        }
        let deposit = applies(wanted.deposit).map(|deposit| unit.parse(&deposit)).transpose()?;
        let seller = seller(session, offer.provider, intake_open, wanted.attributes).await?;
        let rates = accrual::rates(&offer.prices, &order.shape);
        let notice = session.deployment.parameters.noticePeriod;
        let mut reasons = screen::take((id, offer.open), &rates, &seller, &order, deposit, notice);
        reasons.extend(screen::attributes(&seller, wanted.attributes));
        all.push(OfferMatch {
            offer: id,
            provider: offer.provider,
            rate: screen::highest_rate(&rates, order.replicas),
            highest: screen::highest_rate(&rates, order.policy.maxReplicas),
            other_currency,
            unit,
            rates,
            reasons,
        });
    }
    all.sort_by_key(|offer| (!offer.fits(), offer.unit.address, offer.rates.reserved, offer.offer));
    Ok(all)
}

/// Why no offer fits, one line an offer.
pub fn refusals(all: &[OfferMatch]) -> String {
    let lines = all.iter().map(|offer| format!("\n  offer {}: {}", offer.offer, offer.sentences().join("; ")));
    match all {
        [] => "the market has no open offers yet".to_owned(),
        _ => format!("no offer fits:{}", lines.collect::<String>()),
    }
}

/// The current state of a provider on chain.
async fn seller(session: &Session, provider: Address, intake_open: bool, wanted: &[B256]) -> anyhow::Result<Seller> {
    let capacity = session.market.capacityOf(provider).call().await?;
    let registered = session.market.providerOf(provider).call().await?.registeredAt != 0;
    let (capacity, held) = screen::amounts(&capacity);
    let mut seller = Seller { provider, registered, capacity, held, intake_open, ..Seller::default() };
    for attribute in wanted {
        if session.market.hasAttribute(provider, *attribute).call().await? {
            seller.attributes.insert(*attribute);
        }
    }
    Ok(seller)
}

impl Figures for Unit {
    fn amount(&self, amount: U256) -> String {
        self.format(amount)
    }
    fn rate(&self, rate: U256) -> String {
        self.format_rate(rate)
    }
}
