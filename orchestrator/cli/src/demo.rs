//! The parts of `tidemark up`: the folder of its devnet, and a load under which the capacity of the sample lease changes.

pub mod devnet_folder;
pub mod load_demo;
pub mod load_generator;
