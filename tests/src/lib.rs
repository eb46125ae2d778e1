//! End to end, on a real chain, a real engine and real databases; and every figure of `make bench`.

pub mod api_client;
pub mod api_session;
pub mod bench;
pub mod busybox;
pub mod database;
pub mod docker_object;
pub mod faulty_docker;
pub mod faulty_node;
pub mod gas;
pub mod killable_engine;
pub mod killable_ethereum;
pub mod postgres;
pub mod program;
pub mod running_lease;
pub mod scaled_lease;
pub mod sse;
pub mod transactions;
pub mod wait;
pub mod world;
