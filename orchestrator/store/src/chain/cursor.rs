//! The cursor: the newest block whose events are applied.

use sqlx::{Any, Transaction};

use super::BlockRef;
use crate::{Result, hex, int};

/// Moves the cursor if it is still at `from`; false when another run has moved it.
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
