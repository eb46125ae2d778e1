//! The traits of the foreign worlds, one file each. What implements them over real systems is the crate `adapters`; tests
//! use the fakes behind the feature `testing`.

pub mod cgroup;
pub mod clock;
pub mod container_io;
pub mod demand;
pub mod engine;
pub mod ethereum;
pub mod pricer;
pub mod signature;
pub mod subnet;
#[cfg(feature = "testing")]
pub mod testing;
