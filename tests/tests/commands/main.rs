//! The program's commands as people type them: those that the documentation shows, invalid input, and `tidemark up`.
#![allow(clippy::unwrap_used)]

mod documented;
mod invalid_input;
mod up;
