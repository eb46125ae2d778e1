//! Runs the role that the arguments name; the library describes the roles.

use std::process::ExitCode;
use std::time::Duration;

use sample::{back, client, front, serve};

const USAGE: &str = "usage: sample front | back | health URL | exit CODE | sleep [SECONDS]";

/// The exit status of an invalid command line.
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["front"] => serve::run(front::serve()),
        ["back"] => serve::run(back::serve()),
        ["health", url] => serve::run(client::check(url)),
        ["exit", code] => match code.parse::<u8>() {
            Ok(code) => code.into(),
            Err(_) => usage_error("CODE is a number from 0 to 255"),
        },
        ["sleep"] => serve::run(serve::sleep(None)),
        ["sleep", seconds] => match seconds.parse::<u64>() {
            Ok(seconds) => serve::run(serve::sleep(Some(Duration::from_secs(seconds)))),
            Err(_) => usage_error("SECONDS is a whole number"),
        },
        _ => usage_error(USAGE),
    }
}

fn usage_error(why: &str) -> ExitCode {
    eprintln!("sample: {why}");
    USAGE_ERROR.into()
}
