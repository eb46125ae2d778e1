use std::process::ExitCode;

use alloy::primitives::{Address, B256, U256, aliases::U104};
use clap::Args;
use serde_json::json;

use crate::{
    market::{
        lease_request::{LeaseRequest, attribute},
        offers::{self, OfferFilter},
    },
    render::{answer, ids::short, table::table},
    settings::ConnectionSettings,
    wallet::session::Session,
};

/// The exit code when no offer matches. 0 means that one does, 1 that the command failed.
const NO_MATCH: u8 = 3;

/// Exits with code 0 if an offer matches, and with 3 if none does.
#[derive(Debug, Args)]
pub struct QuoteArgs {
    #[command(flatten)]
    request: LeaseRequest,
    /// The highest rate that the lease may ever reserve, at its maximum replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    max_rate: Option<String>,
    /// The deposit: `0.5`. Without it, deposits are not checked.
    #[arg(long, allow_negative_numbers = true)]
    deposit: Option<String>,
    /// Only offers in this token, in which amounts are read; address 0 is ETH. Default: all offers; amounts are in their
    /// currency, or in ETH if they differ.
    #[arg(long, value_name = "ADDRESS")]
    currency: Option<Address>,
    /// An attribute that the provider must claim: `region=eu`. Can be repeated.
    #[arg(long = "attribute", value_name = "WORD", value_parser = attribute)]
    attributes: Vec<B256>,
}

impl QuoteArgs {
    pub async fn run(self, connection: &ConnectionSettings, json: bool) -> anyhow::Result<ExitCode> {
        let session = Session::reader(connection).await?;
        let order = self.request.order(&self.request.manifest()?, U256::from(U104::MAX))?;
        let wanted = OfferFilter {
            offer: None,
            currency: self.currency,
            attributes: &self.attributes,
            deposit: self.deposit.as_deref(),
            max_rate: self.max_rate.as_deref(),
        };
        let all = offers::matched(&session, &order, &wanted).await?;
        let matches = all.iter().filter(|offer| offer.fits()).count();
        let output =
            json!({"matches": matches, "offers": all.iter().map(offers::OfferMatch::json).collect::<Vec<_>>()});
        answer::print(json, &output, |_| {
            if all.is_empty() {
                return "the market has no open offers yet".to_owned();
            }
            let rows: Vec<_> = all
                .iter()
                .map(|offer| {
                    let fits = if offer.fits() { "matches" } else { "no" };
                    [
                        offer.offer.to_string(),
                        short(offer.provider),
                        offer.unit.format_rate(offer.rate),
                        offer.unit.format_rate(offer.highest),
                        fits.to_owned(),
                    ]
                })
                .collect();
            let mut lines = vec![table(["OFFER", "PROVIDER", "NOW", "AT MOST", ""], &rows)];
            for offer in all.iter().filter(|offer| !offer.fits()) {
                lines
                    .extend(offer.sentences().into_iter().map(|sentence| format!("offer {}: {sentence}", offer.offer)));
            }
            lines.join("\n")
        })?;
        Ok(if matches > 0 { ExitCode::SUCCESS } else { ExitCode::from(NO_MATCH) })
    }
}
