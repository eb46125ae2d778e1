//! Logs of a lease. The engine keeps each container's lines in a file of its own; this module merges them.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use ::alloy::primitives::B256;
use ::bollard::{container::LogOutput, query_parameters::LogsOptionsBuilder};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::{sync::mpsc, task::JoinSet, time::MissedTickBehavior};

use super::{lease_containers::LeaseContainers, time::unix_nanos};
use lease::reconcile::Slot;
use ports::container_io::{ContainerLine, ContainerSelector, OutputStream, Result};
use ports::engine::Error;

/// The bytes of a line that are kept; the rest is dropped.
const LONGEST_LINE: usize = 16 << 10;
/// The bytes of lines in one response.
const LARGEST_HISTORY: usize = 16 << 20;
/// Lines that are buffered for a slow reader; then the engine waits (backpressure).
const WAITING: usize = 256;
/// Containers whose history is read at a time.
const PARALLEL: usize = 4;
/// How often to check for containers that have started.
const LOOK: Duration = Duration::from_secs(1);
const SECOND: u64 = 1_000_000_000;

/// The position up to which a container's lines are known. The engine filters lines by the second only, and
/// the lines of a container's two streams need not be in the order of their times: the lines of the last moments are
/// remembered one by one.
#[derive(Debug, Clone, Default)]
pub(super) struct LogCursor {
    since: u64,
    newest_ns: u64,
    recent: HashSet<(u64, OutputStream)>,
}

impl LogCursor {
    /// Whether a line is new; it is not from now on.
    fn passes(&mut self, line: &ContainerLine) -> bool {
        if line.at_ns < self.since * SECOND || !self.recent.insert((line.at_ns, line.source)) {
            return false;
        }
        self.newest_ns = self.newest_ns.max(line.at_ns);
        let since = (self.newest_ns / SECOND).saturating_sub(1);
        if since > self.since {
            self.since = since;
            self.recent.retain(|(at_ns, _)| *at_ns >= since * SECOND);
        }
        true
    }
}

/// The last lines of a lease's containers in the order of their times, and each container's position.
pub(super) async fn history(
    source: &LeaseContainers,
    lease: B256,
    selector: &ContainerSelector,
    tail: usize,
    since_ms: u64,
) -> Result<(Vec<ContainerLine>, HashMap<String, LogCursor>)> {
    let containers = source.select(lease, selector).await?;
    let room = (LARGEST_HISTORY / containers.len().max(1)).max(LONGEST_LINE * 4);
    let reads = containers.into_iter().map(|container| async move {
        let (id, slot) = (container.seen.id, container.seen.slot);
        let mut cursor = LogCursor { since: since_ms / 1000, ..LogCursor::default() };
        let (mut kept, mut bytes) = (VecDeque::<ContainerLine>::new(), 0);
        let mut lines = lines(source, &id, slot, Some(tail), cursor.since, false).await?;
        loop {
            let line = match lines.next().await {
                Some(Ok(line)) => line,
                // The lines of a container that is removed meanwhile are gone with it.
                None | Some(Err(Error::NotFound)) => break,
                Some(Err(error)) => return Err(error.into()),
            };
            cursor.passes(&line);
            if line.at_ns / 1_000_000 >= since_ms {
                bytes += line.text.len();
                kept.push_back(line);
                while kept.len() > tail || bytes > room {
                    bytes -= kept.pop_front().map_or(0, |line| line.text.len());
                }
            }
        }
        drop(lines);
        Ok::<_, ports::container_io::Error>((id, cursor, kept))
    });
    let read: Vec<_> = stream::iter(reads).buffer_unordered(PARALLEL).try_collect().await?;
    let (mut all, mut cursors) = (Vec::new(), HashMap::new());
    for (id, cursor, lines) in read {
        all.extend(lines);
        cursors.insert(id, cursor);
    }
    all.sort_by(|a: &ContainerLine, b| (a.at_ns, &a.slot).cmp(&(b.at_ns, &b.slot)));
    let mut bytes = 0;
    let fits = |line: &&ContainerLine| {
        bytes += line.text.len();
        bytes <= LARGEST_HISTORY
    };
    let count = all.iter().rev().take(tail).take_while(fits).count();
    all.drain(..all.len() - count);
    Ok((all, cursors))
}

/// The lines after the cursors, of whichever container of the lease runs. Dropping the stream ends it.
pub(super) fn coming(
    source: LeaseContainers,
    lease: B256,
    selector: ContainerSelector,
    mut cursors: HashMap<String, LogCursor>,
    since_ms: u64,
) -> impl futures::Stream<Item = ContainerLine> + Send + 'static {
    let (out, lines) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let source = Arc::new(source);
        let (mut followed, mut tasks) = (HashSet::new(), JoinSet::new());
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // Dropping the tasks ends them.
                () = out.closed() => return,
                Some(ended) = tasks.join_next() => {
                    if let Ok((id, cursor)) = ended {
                        followed.remove(&id);
                        cursors.insert(id, cursor);
                    }
                }
                _ = look.tick() => {
                    // An engine that does not answer is queried again at the next tick.
                    let Ok(containers) = source.select(lease, &selector).await else { continue };
                    for container in containers {
                        let (id, slot) = (container.seen.id, container.seen.slot);
                        if followed.insert(id.clone()) {
                            let start = || LogCursor { since: since_ms / 1000, ..LogCursor::default() };
                            let cursor = cursors.remove(&id).unwrap_or_else(start);
                            tasks.spawn(follow(source.clone(), id, slot, cursor, out.clone()));
                        }
                    }
                }
            }
        }
    });
    stream::unfold(lines, |mut lines| async move { Some((lines.recv().await?, lines)) })
}

/// Sends a container's lines on until it stops.
async fn follow(
    source: Arc<LeaseContainers>,
    id: String,
    slot: Slot,
    mut cursor: LogCursor,
    out: mpsc::Sender<ContainerLine>,
) -> (String, LogCursor) {
    match lines(&source, &id, slot, None, cursor.since, true).await {
        Ok(mut lines) => {
            while let Some(Ok(line)) = lines.next().await {
                if cursor.passes(&line) && out.send(line).await.is_err() {
                    break;
                }
            }
        }
        Err(error) => tracing::debug!(container = id, %error, "its lines cannot be read; it is tried again"),
    }
    (id, cursor)
}

async fn lines<'w>(
    source: &'w LeaseContainers,
    id: &'w str,
    slot: Slot,
    tail: Option<usize>,
    since: u64,
    follow: bool,
) -> ports::engine::Result<impl futures::Stream<Item = ports::engine::Result<ContainerLine>> + Unpin + use<'w>> {
    let since = i32::try_from(since).unwrap_or(i32::MAX);
    let options = LogsOptionsBuilder::default().stdout(true).stderr(true).timestamps(true).follow(follow).since(since);
    let options = options.tail(&tail.map_or_else(|| "all".to_owned(), |tail| tail.to_string())).build();
    let fault = source.engine.fault("tell what a container printed");
    let outputs = source.engine.docker().await?.logs(id, Some(options));
    let mut parts = LineAssembler { slot, open: HashMap::new() };
    Ok(Box::pin(outputs.filter_map(move |output| {
        let line = output.map_err(&fault).map(|output| parts.take(output)).transpose();
        std::future::ready(line)
    })))
}

/// Assembles lines from the engine's output: each message is a line or, of a long line, a part, with a time before it.
struct LineAssembler {
    slot: Slot,
    open: HashMap<OutputStream, (u64, Vec<u8>)>,
}

impl LineAssembler {
    fn take(&mut self, output: LogOutput) -> Option<ContainerLine> {
        let source =
            if matches!(output, LogOutput::StdErr { .. }) { OutputStream::Stderr } else { OutputStream::Stdout };
        let message = output.as_ref();
        let end = message.iter().position(|byte| *byte == b' ')?;
        let at_ns = unix_nanos(std::str::from_utf8(&message[..end]).ok()?);
        let (mut part, whole) = match message[end + 1..].strip_suffix(b"\n") {
            Some(part) => (part, true),
            None => (&message[end + 1..], false),
        };
        part = part.strip_suffix(b"\r").unwrap_or(part);
        let (at_ns, mut bytes) = self.open.remove(&source).unwrap_or((at_ns, Vec::new()));
        let room = LONGEST_LINE.saturating_sub(bytes.len());
        bytes.extend_from_slice(&part[..part.len().min(room)]);
        if !whole {
            self.open.insert(source, (at_ns, bytes));
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some(ContainerLine { at_ns, slot: self.slot.clone(), source, text })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn slot() -> Slot {
        Slot { replica: 0, service: "web".to_owned() }
    }

    fn printed(text: &[u8]) -> LogOutput {
        LogOutput::StdOut { message: text.to_vec().into() }
    }

    #[test]
    fn lines_are_put_together_and_bounded() {
        let mut parts = LineAssembler { slot: slot(), open: HashMap::new() };
        let line = parts.take(printed(b"1970-01-01T00:00:01.000000002Z hello \xff world\r\n")).unwrap();
        assert_eq!((line.at_ns, line.text.as_str()), (1_000_000_002, "hello \u{fffd} world"));
        let long = [b"1970-01-01T00:00:02.000000000Z ".as_slice(), &[b'x'; LONGEST_LINE]].concat();
        assert_eq!(parts.take(printed(&long)), None);
        assert_eq!(parts.take(printed(&long)), None);
        let other = LogOutput::StdErr { message: b"1970-01-01T00:00:02.5Z between\n".to_vec().into() };
        assert_eq!(parts.take(other).unwrap().source, OutputStream::Stderr);
        let line = parts.take(printed(b"1970-01-01T00:00:03.000000000Z end\n")).unwrap();
        assert_eq!((line.at_ns, line.text.len()), (2 * SECOND, LONGEST_LINE));
        assert_eq!(parts.take(printed(b"garbage")), None);
    }

    #[test]
    fn a_line_passes_once_whatever_the_order() {
        let mut cursor = LogCursor::default();
        let line = |at_ns, source| ContainerLine { at_ns, slot: slot(), source, text: String::new() };
        let (out, err) = (OutputStream::Stdout, OutputStream::Stderr);
        let all =
            [line(10 * SECOND, out), line(10 * SECOND - 7, err), line(10 * SECOND, err), line(10 * SECOND + 3, out)];
        assert!(all.iter().all(|line| cursor.passes(line)));
        assert!(!all.iter().any(|line| cursor.passes(line)), "they are asked for again by the second");
        assert_eq!(cursor.since, 9);
        assert!(!cursor.passes(&line(8 * SECOND, out)), "what is older was known");
        assert!(cursor.passes(&line(12 * SECOND, out)));
        assert_eq!(cursor.recent.len(), 1);
    }
}
