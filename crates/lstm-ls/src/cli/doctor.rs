//! `lstm-ls doctor`: what a person would ask first when it is slow or silent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use lstm_format::{Engine, State, VOCABULARY_SIZE};
use lstm_runtime::KERNEL_VARIABLE;

use super::model::info;
use super::print;
use crate::logging::FILTER_VARIABLE;
use assistant::models::Loader;
use assistant::models::Source;
use assistant::settings::Settings;
use assistant::settings::table::TABLE;
use workspace::Setup;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Show also what would be remembered of this folder, and what would not.
    folder: Option<PathBuf>,
}

/// How long the measurement may take.
const MEASURING: Duration = Duration::from_millis(400);

/// Prints the state of things.
///
/// # Errors
/// If the model cannot be read or run.
pub(super) fn run(
    arguments: &Arguments,
    source: &Source,
    loader: Loader,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let file = source.read()?;
    let loading = Instant::now();
    let engine = source.engine(&file, loader)?;
    let loading = loading.elapsed();
    let step = micros_a_step(&*engine);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);

    let machine = [
        ("program", format!("lstm-ls {}", env!("CARGO_PKG_VERSION"))),
        ("CPU", format!("{}, {cores} cores", std::env::consts::ARCH)),
        ("vectors", vector_extensions().join(", ")),
        ("engine", engine.describe()),
    ];
    print::write_section("machine", &machine, out)?;

    let mut model = info::rows(&file, source);
    model.retain(|(name, _)| !matches!(*name, "command" | "corpus"));
    print::write_section("\nmodel", &model, out)?;

    let speed = [
        ("loading", format!("{:.1} ms", loading.as_secs_f64() * 1e3)),
        ("step", format!("{step:.1} µs a byte (median)")),
        (
            "so a suggestion of 40 bytes",
            format!("{:.1} ms", step * 40.0 / 1e3),
        ),
    ];
    print::write_section("\nspeed", &speed, out)?;

    let settings = Settings::default();
    let rows = TABLE
        .iter()
        .map(|setting| (setting.key, (setting.get)(&settings).to_string()));
    let variables = [KERNEL_VARIABLE, FILTER_VARIABLE].map(|name| {
        let value = std::env::var(name);
        (name, value.unwrap_or_else(|_| "not set".to_owned()))
    });
    let settings: Vec<_> = rows.chain(variables).collect();
    print::write_section("\nsettings, unless an editor sends others", &settings, out)?;
    if let Some(folder) = &arguments.folder {
        let found = folder.canonicalize();
        let found = found.with_context(|| format!("reading {}", folder.display()))?;
        let title = format!("\nmemory of {}", found.display());
        print::write_section(&title, &remembered(&found), out)?;
    }
    Ok(())
}

/// What there is room for of the files of `folder`, and what of them is left out.
fn remembered(folder: &Path) -> Vec<(&'static str, String)> {
    let progress = workspace::look_through(&Setup {
        folders: vec![folder.to_owned()],
        cache: None,
        most_text: Settings::default().workspace_megabytes << 20,
        group_of: language::group_of_file,
    });
    let size = |files: usize, bytes: u64| format!("{files} files, {:.1} MB", bytes as f64 / 1e6);
    let mut rows = vec![("remembered", size(progress.files, progress.bytes as u64))];
    let left_out = &progress.left_out;
    rows.push(("no room for", size(left_out.files, left_out.bytes)));
    for (inside, bytes) in &left_out.folders {
        let name = inside.strip_prefix(folder).unwrap_or(inside);
        let name = match name.as_os_str().is_empty() {
            true => Path::new("."),
            false => name,
        };
        rows.push(("", size_in(name, *bytes)));
    }
    rows
}

fn size_in(folder: &Path, bytes: u64) -> String {
    format!("{:.1} MB in {}", bytes as f64 / 1e6, folder.display())
}

/// Median time of one byte on one lane: a step and its output layer, in µs.
fn micros_a_step(engine: &dyn Engine) -> f64 {
    let mut session = engine.session();
    let mut states = [State::zeros(engine.config())];
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    let mut times = Vec::new();
    let started = Instant::now();
    for byte in b"fn main() {\n    let x = 1;\n}\n".iter().cycle() {
        let step = Instant::now();
        session.step(&mut states, &[*byte]);
        session.log_probs(&states[0], &mut log_probs);
        times.push(step.elapsed());
        if started.elapsed() > MEASURING {
            break;
        }
    }
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    median.as_secs_f64() * 1e6
}

/// Which of the vector extensions that matter here this CPU has.
fn vector_extensions() -> Vec<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let found = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
    ];
    #[cfg(target_arch = "aarch64")]
    let found = [
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
        (
            "dotprod",
            std::arch::is_aarch64_feature_detected!("dotprod"),
        ),
    ];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let found: [(&str, bool); 0] = [];
    let found: Vec<&str> = found
        .into_iter()
        .filter(|(_, has)| *has)
        .map(|(name, _)| name)
        .collect();
    if found.is_empty() {
        vec!["none that is used"]
    } else {
        found
    }
}
