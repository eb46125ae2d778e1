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
    settings::Connection,
    wallet::session::Session,
};

/// What the program ends with when nothing matches: 0 means that something does, 1 that the question failed.
const NOTHING_MATCHES: u8 = 3;

/// Ends with exit code 0 when an offer matches, and with 3 when none does.
#[derive(Debug, Args)]
pub struct Quote {
    #[command(flatten)]
    request: LeaseRequest,
    /// The most that the whole lease may ever cost, at its highest replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    max_rate: Option<String>,
    /// What would be paid in: `0.5`.
    #[arg(long, allow_negative_numbers = true)]
    deposit: Option<String>,
    /// Offers in this token only; address 0 is ETH. Amounts are in it; unless told otherwise in what all offers are priced
    /// in, or in ETH when that differs.
    #[arg(long, value_name = "ADDRESS")]
    currency: Option<Address>,
    /// What the provider has to claim: `region=eu`. May be given several times.
    #[arg(long = "attribute", value_name = "WORD", value_parser = attribute)]
    attributes: Vec<B256>,
}

impl Quote {
    pub async fn run(self, connection: &Connection, json: bool) -> anyhow::Result<ExitCode> {
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
        let said = json!({"matches": matches, "offers": all.iter().map(offers::OfferMatch::json).collect::<Vec<_>>()});
        answer::give(json, &said, |_| {
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
        Ok(if matches > 0 { ExitCode::SUCCESS } else { ExitCode::from(NOTHING_MATCHES) })
    }
}
