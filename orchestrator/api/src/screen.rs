//! Screens an order against this provider's open offers, as `tidemark quote` does.

use alloy::primitives::{B256, U256, aliases::U104};
use axum::{Json, extract::State};
use serde::Deserialize;
use solidity::{LeasePolicy, Order, Shape};
use utoipa::IntoParams;

use super::{
    error::{Error, QueryParams, Result},
    leases::address,
    state::Api,
};
use api_types::{
    orders::{ScreenReasonView, ScreenView, ScreenedOfferView},
    schema::AddressText,
};
use lease::{
    accrual,
    screen::{self, Mismatch},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ScreenQuery {
    /// CPU of one replica, in thousandths of a core.
    millicores: u32,
    /// Memory of one replica, in MiB.
    #[serde(rename = "memoryMiB")]
    #[param(rename = "memoryMiB")]
    memory_mib: u32,
    /// Disk of one replica, in MiB.
    #[serde(rename = "diskMiB", default)]
    #[param(rename = "diskMiB")]
    disk_mib: u32,
    /// GPUs of one replica.
    #[serde(default)]
    gpus: u16,
    /// The initial count. The default is 1.
    replicas: Option<u16>,
    /// The least count. The default is `replicas`.
    min: Option<u16>,
    /// The highest count. The default is `replicas`.
    max: Option<u16>,
    /// The budget: the highest rate of the whole lease, base units × 1e12 per second.
    max_rate: Option<String>,
    /// The deposit, base units.
    deposit: Option<String>,
    /// Only offers in this token; the zero address is the chain's native coin.
    #[param(value_type = Option<AddressText>)]
    currency: Option<String>,
    /// Attributes that the provider must claim, separated by commas: `region=eu,disk=ssd`.
    attributes: Option<String>,
}

/// Screen an order against this provider's open offers: which match, what they cost, and why the others do not match.
#[utoipa::path(
    get, path = "/v1/screen", operation_id = "screenOrder", params(ScreenQuery),
    responses((status = 200, body = ScreenView), (status = 400, body = api_types::error::ErrorView))
)]
pub async fn screen(State(api): State<Api>, QueryParams(query): QueryParams<ScreenQuery>) -> Result<Json<ScreenView>> {
    let order = query.order()?;
    let deposit = query.deposit.as_deref().map(|text| number("deposit", text)).transpose()?;
    let currency = query.currency.as_deref().map(address).transpose()?;
    let attributes = query.attributes()?;
    let unknown = || Error::Conflict("the provider has not counted its capacity yet: ask again in a moment".to_owned());
    let inventory = api.store.inventory().await?.ok_or_else(unknown)?;
    let registered = api.store.provider(api.provider).await?;
    let seller = inventory.seller(api.provider, registered.as_ref(), api.store.reserved().await?);
    let notice_period = api.deployment.parameters.noticePeriod;
    let mut offers = Vec::new();
    for offer in api.store.offers().await?.into_iter().filter(|offer| offer.open && offer.provider == api.provider) {
        if currency.is_some_and(|currency| currency != offer.currency) {
            continue;
        }
        let rates = accrual::rates(&offer.prices, &order.shape);
        let mut reasons = screen::take((offer.id, offer.open), &rates, &seller, &order, deposit, notice_period);
        reasons.extend(screen::attributes(&seller, &attributes));
        offers.push(ScreenedOfferView {
            offer: offer.id,
            currency: offer.currency.to_string(),
            matches: reasons.is_empty() && !api.draining,
            rates: (&rates).into(),
            rate: screen::highest_rate(&rates, order.replicas).to_string(),
            highest_rate: screen::highest_rate(&rates, order.policy.maxReplicas).to_string(),
            reasons: api.draining.then(drains).into_iter().chain(reasons.iter().map(reason)).collect(),
        });
    }
    let matches = offers.iter().filter(|offer| offer.matches).count();
    Ok(Json(ScreenView { matches, block: inventory.block, offers }))
}

impl ScreenQuery {
    fn order(&self) -> Result<Order> {
        let Self { millicores, memory_mib, disk_mib, gpus, .. } = *self;
        let replicas = self.replicas.unwrap_or(1);
        let max_rate = self.max_rate.as_deref().map(|text| number("maxRate", text)).transpose()?;
        Ok(Order {
            shape: Shape { millicores, memoryMiB: memory_mib, diskMiB: disk_mib, gpus },
            replicas,
            // The scaling parameters do not affect the screening, as long as they are valid.
            policy: LeasePolicy {
                minReplicas: self.min.unwrap_or(replicas),
                maxReplicas: self.max.unwrap_or(replicas),
                target: 70,
                up: 80,
                down: 40,
                cooldown: 30,
                step: 1,
                headroom: 1,
            },
            maxRate: max_rate.map_or(U104::MAX, |rate| rate.saturating_to()),
            manifestHash: B256::ZERO,
            salt: 0,
        })
    }

    fn attributes(&self) -> Result<Vec<B256>> {
        let words = self.attributes.as_deref().unwrap_or_default();
        words
            .split(',')
            .filter(|word| !word.is_empty())
            .map(|word| screen::attribute(word).map_err(Error::BadRequest))
            .collect()
    }
}

fn number(name: &str, text: &str) -> Result<U256> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or_else(|| Error::BadRequest(format!("{name} is {text:?}: write a whole number in decimal")))
}

fn reason(reason: &Mismatch) -> ScreenReasonView {
    ScreenReasonView { error: reason.error().to_owned(), arguments: reason.arguments(), message: reason.to_string() }
}

fn drains() -> ScreenReasonView {
    let message = "the provider takes no new leases: it drains before maintenance".to_owned();
    ScreenReasonView { error: "Draining".to_owned(), arguments: Vec::new(), message }
}
