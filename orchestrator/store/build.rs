//! The migrations are embedded in the program, so a new one must rebuild it.

#[allow(clippy::print_stdout)] // Cargo reads its instructions there.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
