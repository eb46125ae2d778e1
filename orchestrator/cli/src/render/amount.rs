//! Amounts and rates of a currency as decimal text: `0.5`, `0.02/h`.

use alloy::{
    primitives::{
        U256,
        utils::{ParseUnits, format_units, parse_units},
    },
    providers::{DynProvider, Provider},
    sol,
};
use anyhow::{Context, bail};
use solidity::Terms;

use lease::accrual::SCALE;

sol! {
    #[sol(rpc)]
    interface Metadata {
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
    }
}

/// The currency of an amount: its symbol and its decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub address: alloy::primitives::Address,
    pub symbol: String,
    pub decimals: u8,
}

impl Unit {
    /// Address 0 is ETH; a token's symbol and decimals are read from it.
    pub async fn of(address: alloy::primitives::Address, provider: &DynProvider) -> anyhow::Result<Self> {
        if address.is_zero() {
            return Ok(Self { address, symbol: "ETH".to_owned(), decimals: 18 });
        }
        let token = Metadata::new(address, provider.root());
        let decimals = token.decimals().call().await.context("the token does not answer decimals()")?;
        // The symbol is untrusted input: only short alphanumeric text is kept.
        let symbol = token.symbol().call().await.unwrap_or_default();
        let symbol: String = symbol.chars().filter(char::is_ascii_alphanumeric).take(11).collect();
        Ok(Self { address, symbol, decimals })
    }

    pub async fn of_lease(terms: &Terms, provider: &DynProvider) -> anyhow::Result<Self> {
        Self::of(terms.currency, provider).await
    }

    /// Parses `0.5` or `1_000`, optionally followed by the symbol. Returns base units.
    pub fn parse(&self, text: &str) -> anyhow::Result<U256> {
        let number = text.trim().trim_end_matches(&self.symbol).trim().replace('_', "");
        // `parse_units` would accept "" as zero and truncate digits beyond the decimals of the currency.
        let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = number.chars().filter(char::is_ascii_digit).count();
        if digits == 0 || digits + number.matches('.').count() != number.len() || fraction > self.decimals.into() {
            bail!("{text:?} is not an amount of {} (at most {} decimals)", self.symbol, self.decimals);
        }
        match parse_units(&number, self.decimals) {
            Ok(ParseUnits::U256(amount)) => Ok(amount),
            _ => bail!("{text:?} is not an amount of {} (at most {} decimals)", self.symbol, self.decimals),
        }
    }

    /// Parses `0.02/h`: an amount per `s`, `m`, `h` or `d`; per hour without a unit. Returns base units × 1e12 a second.
    pub fn parse_rate(&self, text: &str) -> anyhow::Result<U256> {
        let (amount, per) = text.split_once('/').unwrap_or((text, "h"));
        let seconds = match per.trim() {
            "s" => 1u64,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            other => bail!("{text:?}: a rate is per s, m, h or d, not per {other:?}"),
        };
        Ok(self.parse(amount)? * SCALE / U256::from(seconds))
    }

    /// Formats base units exactly: `0.000000000000000001 ETH`.
    pub fn format(&self, amount: U256) -> String {
        let text = format_units(amount, self.decimals).unwrap_or_else(|_| amount.to_string());
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        format!("{text} {}", self.symbol)
    }

    /// Formats a rate in base units × 1e12 a second as an amount per hour, rounded up to a base unit.
    pub fn format_rate(&self, rate: U256) -> String {
        format!("{}/h", self.format((rate * U256::from(3600)).div_ceil(SCALE)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn eth() -> Unit {
        Unit { address: Default::default(), symbol: "ETH".to_owned(), decimals: 18 }
    }

    #[test]
    fn amounts_parse_and_format_back() {
        for text in ["0 ETH", "0.000000000000000001 ETH", "1 ETH", "1.5 ETH", "10 ETH", "100 ETH"] {
            assert_eq!(eth().format(eth().parse(text).unwrap()), text);
        }
    }

    #[test]
    fn a_rate_is_per_hour_unless_it_says_otherwise() {
        let hourly = eth().parse_rate("3600").unwrap();
        assert_eq!(hourly, eth().parse_rate("1/s").unwrap());
        assert_eq!(eth().format_rate(hourly), "3600 ETH/h");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "x", "-1", "1e3", "0.0000000000000000001", "1 USD"] {
            assert!(eth().parse(text).is_err(), "{text}");
        }
        assert!(eth().parse_rate("1/y").is_err());
    }
}
