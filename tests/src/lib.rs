//! End to end, on a real chain, a real engine and real databases; and every figure of `make bench`.

pub mod bench;
pub mod gas;
pub mod mortal;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod tenancy;
