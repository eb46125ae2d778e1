//! The web page is embedded in the program, so a new file must rebuild it. The page's folder is made by `make web`; without
//! it the program compiles too, and says so where the page would be.

use std::{fs, io};

#[allow(clippy::print_stdout)] // Cargo reads its instructions there.
fn main() -> io::Result<()> {
    fs::create_dir_all("../../web/dist")?;
    println!("cargo:rerun-if-changed=../../web/dist");
    Ok(())
}
