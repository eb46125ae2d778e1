//! Proposals that wait for consents, and evidence of disputes. Only the API writes these rows; nothing in them has an effect
//! on chain by itself.

use alloy::primitives::{Address, B256, Bytes, U256};
use solidity::{Market::MarketEvents, typed::Action};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{Error, EventFilter, Result, Store, hex, int, parse, uint};

/// An action that waits for consents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub digest: B256,
    pub account: Address,
    pub proposer: Address,
    /// The proposer's description.
    pub says: Vec<String>,
    pub call: Bytes,
    /// Wei.
    pub value: U256,
    pub nonce: U256,
    /// The chain's Unix seconds.
    pub expiry: u64,
    /// The version of the account's spending policy.
    pub version: U256,
    /// Unix milliseconds of the provider's clock.
    pub created_at_ms: u64,
    /// The requested approvers, with the signatures received, in the order of their addresses.
    pub asked: Vec<(Address, Option<Bytes>)>,
}

/// The spending policy of a bound account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBinding {
    pub approvers: Vec<Address>,
    pub version: U256,
}

impl Proposal {
    /// The action that approvers sign.
    pub fn action(&self) -> Action {
        Action {
            account: self.account,
            call: self.call.clone(),
            value: self.value,
            nonce: self.nonce,
            expiry: U256::from(self.expiry),
            version: self.version,
        }
    }

    /// Whether an address may read it: the account, the proposer, or a requested approver.
    pub fn concerns(&self, who: Address) -> bool {
        self.account == who || self.proposer == who || self.asked.iter().any(|(approver, _)| *approver == who)
    }
}

const COLUMNS: &str = "digest, account, proposer, says, call, value, nonce, expiry, version, created_at_ms";

impl Store {
    /// The spending policy of an account as of the cursor; `None` when it has none.
    pub async fn binding(&self, account: Address) -> Result<Option<AccountBinding>> {
        let wanted = EventFilter {
            subject: Some(hex(account)),
            name: Some("AccountBound".to_owned()),
            ..EventFilter::default()
        };
        let newest = self.find_events(&wanted, 1, true).await?.pop();
        Ok(newest.and_then(|event| match event.event {
            MarketEvents::AccountBound(bound) if !bound.threshold.is_zero() => {
                Some(AccountBinding { approvers: bound.approvers, version: bound.version })
            }
            _ => None,
        }))
    }

    /// Stores a proposal; `false` when its proposer has `most` already. An existing one only gains approvers and
    /// signatures.
    pub async fn put_proposal(&self, proposal: &Proposal, most: u64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let says = serde_json::to_string(&proposal.says).map_err(Error::corrupt("proposals"))?;
        let new = sqlx::query(
            "INSERT INTO proposals (digest, account, proposer, says, call, value, nonce, expiry, version, created_at_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (digest) DO NOTHING",
        )
        .bind(hex(proposal.digest))
        .bind(hex(proposal.account))
        .bind(hex(proposal.proposer))
        .bind(says)
        .bind(proposal.call.to_vec())
        .bind(proposal.value.to_string())
        .bind(proposal.nonce.to_string())
        .bind(int(proposal.expiry))
        .bind(proposal.version.to_string())
        .bind(int(proposal.created_at_ms))
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 1 {
            let sql = "SELECT COUNT(*) FROM proposals WHERE proposer = $1";
            let theirs = sqlx::query(sql).bind(hex(proposal.proposer)).fetch_one(&mut *tx).await?;
            if uint(theirs.try_get(0)?) > most {
                return Ok(false);
            }
        }
        for (approver, signature) in &proposal.asked {
            let sql = "INSERT INTO asked (digest, approver, signature) VALUES ($1, $2, $3) \
                       ON CONFLICT (digest, approver) DO UPDATE SET signature = COALESCE(excluded.signature, asked.signature)";
            let query = sqlx::query(sql).bind(hex(proposal.digest)).bind(hex(*approver));
            query.bind(signature.as_ref().map(|bytes| bytes.to_vec())).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The proposals that an address may read, newest first.
    pub async fn proposals(&self, who: Address, limit: u64) -> Result<Vec<Proposal>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM proposals WHERE account = $1 OR proposer = $2 \
             OR digest IN (SELECT digest FROM asked WHERE approver = $3) ORDER BY created_at_ms DESC, digest LIMIT $4"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(hex(who)).bind(hex(who)).bind(hex(who)).bind(int(limit));
        let mut found = Vec::new();
        for row in query.fetch_all(self.pool()).await? {
            found.push(self.whole(&row).await?);
        }
        Ok(found)
    }

    pub async fn proposal(&self, digest: B256) -> Result<Option<Proposal>> {
        let sql = format!("SELECT {COLUMNS} FROM proposals WHERE digest = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(hex(digest)).fetch_optional(self.pool()).await?;
        match row {
            Some(row) => Ok(Some(self.whole(&row).await?)),
            None => Ok(None),
        }
    }

    async fn whole(&self, row: &AnyRow) -> Result<Proposal> {
        let text = |column: usize| row.try_get::<String, _>(column);
        let digest = text(0)?;
        let sql = "SELECT approver, signature FROM asked WHERE digest = $1 ORDER BY approver";
        let asked = sqlx::query(sql).bind(digest.clone()).fetch_all(self.pool()).await?;
        let asked = asked.iter().map(|row| {
            let signature: Option<Vec<u8>> = row.try_get(1)?;
            Ok((parse("asked", &row.try_get::<String, _>(0)?)?, signature.map(Bytes::from)))
        });
        Ok(Proposal {
            digest: parse("proposals", &digest)?,
            account: parse("proposals", &text(1)?)?,
            proposer: parse("proposals", &text(2)?)?,
            says: serde_json::from_str(&text(3)?).map_err(Error::corrupt("proposals"))?,
            call: row.try_get::<Vec<u8>, _>(4)?.into(),
            value: parse("proposals", &text(5)?)?,
            nonce: parse("proposals", &text(6)?)?,
            expiry: uint(row.try_get(7)?),
            version: parse("proposals", &text(8)?)?,
            created_at_ms: uint(row.try_get(9)?),
            asked: asked.collect::<Result<_>>()?,
        })
    }

    pub async fn drop_proposal(&self, digest: B256) -> Result<()> {
        sqlx::query("DELETE FROM proposals WHERE digest = $1").bind(hex(digest)).execute(self.pool()).await?;
        Ok(())
    }

    /// Deletes the proposals that have expired at the chain's time. Returns how many.
    pub async fn prune_proposals(&self, now: u64) -> Result<u64> {
        let done = sqlx::query("DELETE FROM proposals WHERE expiry < $1").bind(int(now)).execute(self.pool()).await?;
        Ok(done.rows_affected())
    }

    pub async fn put_evidence(&self, hash: B256, bytes: &[u8]) -> Result<()> {
        let sql = "INSERT INTO evidence (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
        sqlx::query(sql).bind(hex(hash)).bind(bytes.to_vec()).execute(self.pool()).await?;
        Ok(())
    }

    pub async fn evidence(&self, hash: B256) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT bytes FROM evidence WHERE hash = $1").bind(hex(hash));
        Ok(row.fetch_optional(self.pool()).await?.map(|row| row.try_get(0)).transpose()?)
    }
}
