//! A trained autoscaler as a file: readable JSON with a version and a checksum.
//!
//! The checksum is the SHA-256 of the member `policy`, written as compact JSON in the order of its members. Numbers are
//! rounded when they are written, so that a round trip changes nothing.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Brain, Learned, Method,
    actor_critic::{self, ActorCritic, FEATURES, UNITS},
    ledger::{BLAME, SHORTAGE},
    network::Network,
    q_learning::{self, QLearning},
    sarsa::{self, Sarsa},
    situation::{CHOICES, Feature, SITUATIONS, TargetChoice, situations},
    table::{QRow, QTable},
    train::{Given, Plan, Point, Trained, days::SEEDS},
};

/// The file's format name.
const FORMAT: &str = "tidemark-policy";
/// The version that is written and read.
pub const VERSION: u32 = 1;

/// The trained autoscalers that are embedded in the program. They were trained on generated traces alone.
const Q_LEARNING: &str = include_str!("../trained/q-learning.json");
const SARSA: &str = include_str!("../trained/sarsa.json");
const ACTOR_CRITIC: &str = include_str!("../trained/actor-critic.json");

/// Why a file is rejected.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("this is no policy file: make one with `tidemark train --out FILE`")]
    Format(#[source] serde_json::Error),
    #[error("this is a {0:?} and no policy file: make one with `tidemark train --out FILE`")]
    Other(String),
    #[error("the policy file has version {0}, and this program reads version {VERSION}: train the policy anew")]
    Version(u32),
    #[error("the policy file says that its checksum is {stated}, and it is {found}: it was changed or damaged")]
    Checksum { stated: String, found: String },
    #[error("the policy file does not fit this program: {0}; train the policy anew")]
    Shape(String),
}

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    format: String,
    version: u32,
    checksum: String,
    policy: PolicyFile,
}

/// The part that is read first, whatever the version.
#[derive(Debug, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// A trained autoscaler, and how it was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyFile {
    pub name: Method,
    pub training: Training,
    /// The choices.
    choices: Vec<TargetChoice>,
    knowledge: Knowledge,
}

/// How it was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Training {
    pub hyperparameters: BTreeMap<String, f64>,
    pub seed: u64,
    pub episodes: usize,
    /// The traces that were given.
    pub traces: Vec<Source>,
    /// The smallest seed of generated traces; none without generated traces.
    pub generated_seeds_from: Option<u64>,
    pub curve: Vec<Point>,
    /// The point of the learning curve that was kept.
    pub kept: Point,
    /// How long training took.
    pub seconds: f64,
}

/// A trace that was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    pub name: String,
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Knowledge {
    Table { situations: Vec<Feature>, rows: Vec<TableRow> },
    Networks { actor: Weights, critic: Weights },
}

/// A situation that occurred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TableRow {
    situation: usize,
    /// By choice.
    values: [f64; CHOICES.len()],
    visits: [u32; CHOICES.len()],
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Weights {
    inner: Vec<Vec<f64>>,
    outer: Vec<Vec<f64>>,
}

/// The embedded autoscaler of this method.
pub fn shipped(method: Method) -> Result<Learned, FileError> {
    let text = match method {
        Method::QLearning => Q_LEARNING,
        Method::Sarsa => SARSA,
        Method::ActorCritic => ACTOR_CRITIC,
    };
    PolicyFile::read(text)?.policy()
}

/// `sha256:` and the digest in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

impl PolicyFile {
    pub fn new(plan: &Plan, given: &[Given], trained: &Trained, seconds: f64) -> Self {
        let source = |given: &Given| Source { name: given.name.clone(), digest: given.digest.clone() };
        let training = Training {
            hyperparameters: hyperparameters(plan.method),
            seed: plan.seed,
            episodes: plan.episodes,
            traces: given.iter().map(source).collect(),
            generated_seeds_from: plan.generated.then_some(SEEDS),
            curve: trained.curve.clone(),
            kept: trained.kept,
            seconds: rounded(seconds),
        };
        Self { name: plan.method, training, choices: CHOICES.to_vec(), knowledge: Knowledge::of(&trained.brain) }
    }

    /// Parses a file.
    ///
    /// # Errors
    /// Another version, a wrong checksum, or contents of another shape.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let head: Head = serde_json::from_str(text).map_err(FileError::Format)?;
        if head.format != FORMAT {
            return Err(FileError::Other(head.format));
        }
        if head.version != VERSION {
            return Err(FileError::Version(head.version));
        }
        let shape = |error: serde_json::Error| FileError::Shape(error.to_string());
        let Envelope { checksum: stated, policy, .. } = serde_json::from_str(text).map_err(shape)?;
        let found = policy.checksum()?;
        if stated != found {
            return Err(FileError::Checksum { stated, found });
        }
        policy.brain()?;
        Ok(policy)
    }

    /// The file's text: JSON, a row of numbers a line.
    pub fn write(&self) -> Result<String, FileError> {
        let envelope =
            Envelope { format: FORMAT.to_owned(), version: VERSION, checksum: self.checksum()?, policy: self.clone() };
        Ok(broken_into_lines(&serde_json::to_string(&envelope).map_err(FileError::Format)?))
    }

    /// The trained autoscaler, ready for use.
    pub fn policy(&self) -> Result<Learned, FileError> {
        Ok(Learned::new(self.brain()?))
    }

    fn checksum(&self) -> Result<String, FileError> {
        Ok(digest(&serde_json::to_vec(self).map_err(FileError::Format)?))
    }

    fn brain(&self) -> Result<Brain, FileError> {
        let refuse = |what: &str| Err(FileError::Shape(what.to_owned()));
        if self.choices != CHOICES {
            return refuse("it chooses among other margins");
        }
        match (&self.knowledge, self.name) {
            (Knowledge::Table { situations: told_apart, rows }, Method::QLearning | Method::Sarsa) => {
                if *told_apart != situations() {
                    return refuse("it tells other situations apart");
                }
                let mut table = QTable::default();
                for TableRow { situation, values, visits } in rows {
                    let Some(row) = table.rows.get_mut(*situation) else {
                        return refuse(&format!("there is no situation {situation}, the last is {}", SITUATIONS - 1));
                    };
                    *row = QRow { values: *values, visits: *visits };
                }
                Ok(match self.name {
                    Method::QLearning => Brain::QLearning(QLearning { table }),
                    _ => Brain::Sarsa(Sarsa::with(table)),
                })
            }
            (Knowledge::Networks { actor, critic }, Method::ActorCritic) => {
                let networks = (actor.network(CHOICES.len()), critic.network(1));
                let (Some(actor), Some(critic)) = networks else {
                    return refuse(&format!("its networks are not of {FEATURES} inputs and {UNITS} units"));
                };
                Ok(Brain::ActorCritic(Box::new(ActorCritic::with(actor, critic))))
            }
            _ => refuse(&format!("what it knows is not what {} learns", self.name)),
        }
    }
}

impl Knowledge {
    fn of(brain: &Brain) -> Self {
        match brain {
            Brain::QLearning(QLearning { table }) | Brain::Sarsa(Sarsa { table, .. }) => {
                let met = table.rows.iter().enumerate().filter(|(_, row)| row.visits.iter().any(|visits| *visits > 0));
                let row = |(situation, row): (usize, &QRow)| TableRow {
                    situation,
                    values: row.values.map(rounded),
                    visits: row.visits,
                };
                Self::Table { situations: situations(), rows: met.map(row).collect() }
            }
            Brain::ActorCritic(networks) => {
                let ActorCritic { actor, critic, .. } = networks.as_ref();
                Self::Networks { actor: Weights::of(actor), critic: Weights::of(critic) }
            }
        }
    }
}

impl Weights {
    fn of(network: &Network) -> Self {
        let rows = |weights: &Array2<f64>| {
            weights.rows().into_iter().map(|row| row.iter().copied().map(rounded).collect()).collect()
        };
        Self { inner: rows(&network.inner), outer: rows(&network.outer) }
    }

    /// None when a matrix has the wrong shape.
    fn network(&self, outputs: usize) -> Option<Network> {
        let matrix = |rows: &[Vec<f64>], height: usize, width: usize| {
            let fits = rows.len() == height && rows.iter().all(|row| row.len() == width);
            fits.then(|| Array2::from_shape_fn((height, width), |(row, column)| rows[row][column]))
        };
        Some(Network::with(matrix(&self.inner, UNITS, FEATURES)?, matrix(&self.outer, outputs, UNITS + 1)?))
    }
}

/// The parameters that learning depends on.
fn hyperparameters(method: Method) -> BTreeMap<String, f64> {
    let (first, last) = method.exploration();
    let mut numbers =
        vec![("shortage", SHORTAGE), ("blame", BLAME), ("explorationAtStart", first), ("explorationAtEnd", last)];
    match method {
        Method::QLearning => numbers.push(("discount", q_learning::DISCOUNT)),
        Method::Sarsa => numbers.extend([("discount", sarsa::DISCOUNT), ("lambda", sarsa::TRACE)]),
        Method::ActorCritic => numbers.extend([
            ("discount", actor_critic::DISCOUNT),
            ("lambda", actor_critic::TRACE),
            ("batch", actor_critic::BATCH as f64),
            ("rate", actor_critic::RATE),
            ("entropy", actor_critic::ENTROPY),
        ]),
    }
    numbers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// To five decimals: short enough to be read back as exactly the same number.
fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

/// Breaks compact JSON after every closed list or object that is followed by more. Strings are left as they are.
fn broken_into_lines(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 4_096);
    let (mut quoted, mut escaped, mut closed) = (false, false, false);
    for letter in json.chars() {
        text.push(letter);
        if !quoted && closed && letter == ',' {
            text.push('\n');
        }
        closed = !quoted && matches!(letter, ']' | '}');
        quoted ^= letter == '"' && !escaped;
        escaped = quoted && letter == '\\' && !escaped;
    }
    text.push('\n');
    text
}
