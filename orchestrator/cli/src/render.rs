//! What commands print: answers, amounts, ids, refusals, calls in plain words.

pub mod answer;
pub mod ids;
pub mod money;
pub mod refusal;
pub mod terminal;
pub mod words;
