//! What commands print: answers, amounts, ids, spans of time, tables, refusals, and calls in plain words.

pub mod amount;
pub mod answer;
pub mod binding;
pub mod call;
pub mod endpoints;
pub mod ids;
pub mod order;
pub mod progress;
pub mod refusal;
pub mod span;
pub mod table;
pub mod terminal;
pub mod trace;
