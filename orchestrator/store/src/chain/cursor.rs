//! The events themselves, and the cursor.

use sqlx::{Any, AssertSqlSafe, Transaction};

use super::{BlockRef, EventRow, Subject, events::pack};
use crate::{Result, hex, int, rows};

/// Rows of one INSERT. Full ones have the same text, so the database plans them once.
const CHUNK: usize = 500;

/// An event with its name and subject.
pub(super) type NamedEvent<'a> = (&'a EventRow, &'static str, Subject);

pub(super) async fn insert_events(tx: &mut Transaction<'static, Any>, events: &[NamedEvent<'_>]) -> Result<()> {
    for chunk in events.chunks(CHUNK) {
        let sql = "INSERT INTO events (block, log_index, time, tx, name, subject, log) VALUES ".to_owned();
        let query = sqlx::query(AssertSqlSafe(sql + &rows(chunk.len(), 7))).persistent(chunk.len() == CHUNK);
        let query = chunk.iter().fold(query, |query, (event, name, subject)| {
            query
                .bind(int(event.block))
                .bind(int(event.log_index))
                .bind(int(event.time))
                .bind(hex(event.transaction))
                .bind(*name)
                .bind(subject.text())
                .bind(pack(&event.log))
        });
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) async fn move_cursor(
    tx: &mut Transaction<'static, Any>,
    from: Option<BlockRef>,
    to: BlockRef,
) -> Result<bool> {
    let moved = match from {
        Some(from) => {
            sqlx::query("UPDATE head SET number = $1, hash = $2, time = $3 WHERE one = 1 AND number = $4 AND hash = $5")
                .bind(int(to.number))
                .bind(hex(to.hash))
                .bind(int(to.time))
                .bind(int(from.number))
                .bind(hex(from.hash))
                .execute(&mut **tx)
                .await?
        }
        None => {
            sqlx::query(
                "INSERT INTO head (one, number, hash, time) VALUES (1, $1, $2, $3) ON CONFLICT (one) DO NOTHING",
            )
            .bind(int(to.number))
            .bind(hex(to.hash))
            .bind(int(to.time))
            .execute(&mut **tx)
            .await?
        }
    };
    Ok(moved.rows_affected() == 1)
}
