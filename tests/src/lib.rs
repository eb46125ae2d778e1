//! End to end, on a real chain, a real engine and real databases; and every figure of `make bench`.

pub mod api;
pub mod bench;
pub mod busybox;
pub mod gas;
pub mod guest;
pub mod interposed;
pub mod mortal;
pub mod orchestrator;
pub mod postgres;
pub mod program;
pub mod provider;
pub mod proxy;
pub mod seller;
pub mod socket;
pub mod sse;
pub mod tenancy;
pub mod tide;
pub mod visitor;
