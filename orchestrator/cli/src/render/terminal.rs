//! The terminal of this process: raw mode, size and input.

use std::io::{self, IsTerminal, Read};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::mpsc;

/// Bytes read at a time.
const CHUNK: usize = 16 << 10;

/// Raw mode of the terminal, in which every key goes to the remote program. The mode is restored on drop.
pub struct RawMode {
    before: Termios,
}

impl RawMode {
    /// None when standard input or output is not a terminal.
    pub fn enter() -> anyhow::Result<Option<Self>> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Some(Self { before }))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Columns and rows; 80 by 24 without a terminal.
pub fn size() -> (u16, u16) {
    let known = tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    known.map_or((80, 24), |size| (size.ws_col, size.ws_row))
}

/// The bytes of standard input, until its end. A detached thread reads them, because a blocking read cannot be cancelled.
pub fn input() -> mpsc::Receiver<Vec<u8>> {
    let (out, input) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut chunk = vec![0; CHUNK];
        while let Ok(length) = io::stdin().lock().read(&mut chunk) {
            if length == 0 || out.blocking_send(chunk[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    input
}
