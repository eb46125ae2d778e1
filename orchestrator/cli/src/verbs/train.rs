use std::{
    fs::{self, File},
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, anyhow};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::render::answer;
use autoscaling::{
    Autoscaler, Bounds,
    generate::{Kind, Recipe, generate},
    learning::{
        Learned, Method,
        file::{PolicyFile, digest},
        train::{Given, Plan, Point, train},
    },
    setup::Setup,
    simulator::World,
    trace::Trace,
};

/// Trains an autoscaler in the simulator and saves it to a file for `simulate --policy-file`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// The learning method: q-learning, sarsa or actor-critic.
    #[arg(long, value_name = "POLICY")]
    policy: Method,
    /// Traces to learn from: CSV with the header `t_seconds,demand`. The last fifth of each is held out for evaluation.
    #[arg(long = "trace", value_name = "FILE", num_args = 1..)]
    traces: Vec<PathBuf>,
    /// Learn from generated days, in addition to traces or without them.
    #[arg(long)]
    generated: bool,
    /// The number of days to train on. The autoscalers that ship with the program were trained on thousands.
    #[arg(long, value_name = "N", default_value_t = 400)]
    episodes: usize,
    /// The seed of the training: the same seed gives the same autoscaler.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The file to write. Default: METHOD.json in the current folder.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The answer in JSON.
#[derive(Debug, Serialize)]
struct TrainingReport {
    policy: Method,
    file: String,
    episodes: usize,
    seed: u64,
    traces: Vec<String>,
    generated: bool,
    training_seconds: f64,
    /// The mean time of a decision, in microseconds.
    decision_us: f64,
    curve: Vec<Point>,
    kept: Point,
}

impl TrainArgs {
    pub fn run(self, json: bool) -> anyhow::Result<()> {
        let report = self.train()?;
        answer::print(json, &report, TrainingReport::text)
    }

    fn train(&self) -> anyhow::Result<TrainingReport> {
        let given = self.traces.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
        let plan = Plan { method: self.policy, episodes: self.episodes, seed: self.seed, generated: self.generated };
        let path = self.out.clone().unwrap_or_else(|| PathBuf::from(format!("{}.json", self.policy)));
        let draft = DraftFile::new(&path)?;
        let bar = bar(plan.episodes);
        let begun = Instant::now();
        let trained = train(&plan, &given, |episode, point| {
            bar.set_position(episode as u64);
            if let Some(point) = point {
                bar.set_message(format!("score {:.3}", point.score));
            }
        })?;
        let training_seconds = begun.elapsed().as_secs_f64();
        bar.finish_and_clear();
        let file = PolicyFile::new(&plan, &given, &trained, training_seconds);
        draft.keep(&file.write()?)?;
        Ok(TrainingReport {
            policy: self.policy,
            file: path.display().to_string(),
            episodes: plan.episodes,
            seed: plan.seed,
            traces: given.into_iter().map(|given| given.name).collect(),
            generated: plan.generated,
            training_seconds,
            decision_us: decision_us(&mut file.policy()?)?,
            curve: trained.curve,
            kept: trained.kept,
        })
    }
}

impl TrainingReport {
    fn text(&self) -> String {
        let output = |point: &Point| {
            let Point { cost_ratio, violation_share, score, .. } = point;
            format!(
                "{score:.3} ({cost_ratio:.3} × the optimum's cost, {:.3} % of steps short)",
                violation_share * 100.0
            )
        };
        let mut lines = vec![format!(
            "{} trained on {} days in {:.1} s; a decision takes {:.1} µs",
            self.policy, self.episodes, self.training_seconds, self.decision_us
        )];
        if let [first, .., last] = self.curve.as_slice() {
            lines.push(format!("score at the start  {}", output(first)));
            lines.push(format!("score at the end    {}", output(last)));
            lines.push(format!("kept, from day {:<5}{}", self.kept.episode, output(&self.kept)));
        }
        let scores: Vec<_> = self.curve.iter().map(|point| point.score).collect();
        lines.push(format!("learning curve      {}  lower is better", sparkline(&scores)));
        lines.push(format!("saved to {}", self.file));
        lines.join("\n")
    }
}

/// A trace with the digest of its file.
fn read(path: &Path) -> anyhow::Result<Given> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    let trace = Trace::parse(&text).with_context(|| name.clone())?;
    Ok(Given { name, digest: digest(text.as_bytes()), trace })
}

/// A temporary file next to the target. It is created before the training, so that an unwritable target is reported at once.
struct DraftFile<'a> {
    target: &'a Path,
    draft: PathBuf,
    file: File,
}

impl<'a> DraftFile<'a> {
    fn new(target: &'a Path) -> anyhow::Result<Self> {
        let unwritable = || format!("the policy cannot be written to {}", target.display());
        let name = target.file_name().filter(|_| !target.is_dir());
        let name = name.ok_or_else(|| anyhow!("it is not a file name")).with_context(unwritable)?;
        let draft = target.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
        let file = File::create(&draft).with_context(unwritable)?;
        Ok(Self { target, draft, file })
    }

    fn keep(mut self, text: &str) -> anyhow::Result<()> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| fs::rename(&self.draft, self.target));
        written.with_context(|| format!("the policy cannot be written to {}", self.target.display()))
    }
}

impl Drop for DraftFile<'_> {
    fn drop(&mut self) {
        // After `keep`, the temporary file no longer exists.
        drop(fs::remove_file(&self.draft));
    }
}

/// A progress bar on a terminal, hidden otherwise.
fn bar(episodes: usize) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(episodes as u64), target);
    match ProgressStyle::with_template("{bar:40} {pos} of {len} days, {msg}, {eta} to go") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The mean time of a decision over a generated day, in microseconds.
fn decision_us(policy: &mut Learned) -> anyhow::Result<f64> {
    let recipe = Recipe { kind: Kind::Diurnal, seed: 0, seconds: 86_400.0, step: 15.0, peak: 400.0, noise: 0.05 };
    let demand = generate(&recipe)?.steps(recipe.step)?;
    let setup = Setup {
        step: recipe.step,
        delay: 60.0,
        jitter: 0.0,
        capacity: 10.0,
        patience: 1.0,
        service: None,
        bounds: Bounds::open(1, 1_000),
        price: 1.0,
        start: 0.0,
        seed: 0,
    };
    let mut world = World::new(&setup, &demand);
    let mut spent = 0.0;
    while let Some(seen) = world.observe() {
        let begun = Instant::now();
        let decision = policy.decide(&seen);
        spent += begun.elapsed().as_secs_f64();
        world.act(decision.replicas);
    }
    Ok(spent / demand.len() as f64 * 1e6)
}

/// Numbers as bars of eight heights.
fn sparkline(values: &[f64]) -> String {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = |value: &f64| if high > low { ((value - low) / (high - low) * 7.0).round() as usize } else { 0 };
    let bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    values.iter().map(|value| bars[height(value).min(7)]).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct TestCommand {
        #[command(flatten)]
        train: TrainArgs,
    }

    fn line(words: &[&str]) -> Result<TrainArgs, clap::Error> {
        TestCommand::try_parse_from(std::iter::once(&"train").chain(words)).map(|line| line.train)
    }

    /// The message of the error, with its causes.
    fn refused(words: &[&str]) -> String {
        format!("{:#}", line(words).expect("arguments").train().expect_err("refused"))
    }

    fn trace(folder: &Path, name: &str, rows: usize) -> String {
        let rows = (0..rows).map(|row| format!("{},{}\n", row * 15, 50 + 40 * (row / 40 % 2)));
        let path = folder.join(name);
        fs::write(&path, std::iter::once("t_seconds,demand\n".to_owned()).chain(rows).collect::<String>()).unwrap();
        path.display().to_string()
    }

    #[test]
    fn a_saved_file_can_be_read_and_names_its_training() {
        let folder = tempfile::tempdir().unwrap();
        let given = trace(folder.path(), "demand.csv", 600);
        let out = folder.path().join("policy.json");
        let words = ["--policy", "sarsa", "--trace", &given, "--episodes", "4", "--out", out.to_str().unwrap()];
        let report = line(&words).unwrap().train().unwrap();
        let file = PolicyFile::read(&fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!((file.name, file.training.episodes, file.training.seed), (Method::Sarsa, 4, 1));
        assert_eq!(file.training.traces[0].digest, digest(&fs::read(&given).unwrap()));
        assert_eq!(file.training.generated_seeds_from, None);
        assert_eq!(file.training.curve, report.curve);
        assert_eq!(report.curve.iter().map(|point| point.episode).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert!(report.decision_us > 0.0 && report.training_seconds > 0.0);
        let text = report.text();
        assert!(text.starts_with("sarsa trained on 4 days in "), "{text}");
        assert!(text.ends_with("policy.json"), "{text}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!((&json["policy"], &json["kept"]["episode"]), (&"sarsa".into(), &report.kept.episode.into()));
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "nothing but the trace and the policy is left: {left:?}");
    }

    #[test]
    fn an_unknown_method_is_refused_with_the_known_ones() {
        let error = line(&["--policy", "dqn"]).unwrap_err().to_string();
        assert!(
            error.contains("no policy that learns is called \"dqn\"; those that do are q-learning, sarsa"),
            "{error}"
        );
    }

    #[test]
    fn unusable_traces_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("policy.json").display().to_string();
        let with = |more: &[&str]| refused(&[&["--policy", "sarsa", "--out", &out][..], more].concat());
        assert!(with(&[]).contains("nothing to train on"), "{}", with(&[]));
        let missing = folder.path().join("missing.csv").display().to_string();
        assert!(with(&["--trace", &missing]).starts_with(&format!("{missing} cannot be read")));
        let broken = folder.path().join("broken.csv").display().to_string();
        fs::write(&broken, "t_seconds,demand\n0,much\n").unwrap();
        let output = with(&["--trace", &broken]);
        assert!(output.starts_with(&broken) && output.contains('2'), "{output}");
        let short = trace(folder.path(), "short.csv", 20);
        assert!(with(&["--trace", &short]).contains("training takes at least"), "{}", with(&["--trace", &short]));
        assert!(with(&["--generated", "--episodes", "0"]).contains("at least one episode"));
        assert!(!Path::new(&out).exists());
    }

    #[test]
    fn an_unwritable_target_is_refused_before_the_training() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("no/policy.json").display().to_string();
        for out in [nowhere.as_str(), folder.path().to_str().unwrap(), ".."] {
            let begun = Instant::now();
            let output = refused(&["--policy", "q-learning", "--generated", "--episodes", "1000000", "--out", out]);
            assert!(output.starts_with(&format!("the policy cannot be written to {out}: ")), "{output}");
            assert!(begun.elapsed().as_secs() < 10);
        }
    }

    #[test]
    fn a_curve_is_drawn_between_its_ends() {
        assert_eq!(sparkline(&[2.0, 1.0, 1.5]), "█▁▅");
        assert_eq!(sparkline(&[1.0, 1.0]), "▁▁");
        assert_eq!(sparkline(&[]), "");
    }
}
