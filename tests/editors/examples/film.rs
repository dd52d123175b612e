//! Films a typist in Neovim: `film FILE`, an SVG picture. `cargo xtask film` runs
//! this.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use editor_tests::{Film, Home, Terminal};
use end_to_end::{neovim, server};

const TITLE: &str = "Neovim: what comes next stands in grey behind the cursor while one types, \
                     and Tab takes it";
/// Between two keys.
const KEY: Duration = Duration::from_millis(85);
/// To look at what there is.
const LOOK: Duration = Duration::from_millis(900);
/// How often ghost text is looked for.
const MOST_LOOKS: usize = 100;
/// Before it begins again.
const END: Duration = Duration::from_millis(2500);

fn main() -> Result<()> {
    let to = std::env::args_os().nth(1).context("which file?")?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = Home::new()?;
    let file = home.path().join("sales.rs");
    fs::write(&file, include_str!("../data/sales.rs"))?;
    let mut command = home.terminal_command(neovim()?);
    command.args(["--clean", "-n", "-u"]);
    command.arg(here.join("neovim/init.lua"));
    command.arg(&file);
    command.env("LSTM_LS_SERVER", server()?);
    let terminal = Terminal::start(command)?;
    terminal.wait_for_text("sales.rs")?;
    terminal.press("Go")?;
    terminal.wait_for_text("-- INSERT --")?;
    terminal.press("\x15")?;

    let mut film = Film::default();
    film.watch(&terminal, LOOK);
    offer(&mut film, &terminal, "        report.add_row(\"cus")?;
    film.mark_poster();
    take(&mut film, &terminal)?;
    offer(&mut film, &terminal, "\r")?;
    take(&mut film, &terminal)?;
    film.watch(&terminal, END);
    let drawn = film.svg(TITLE).context("nothing was filmed")?;
    ensure!(drawn.len() < 400_000, "{} bytes", drawn.len());
    Ok(fs::write(to, drawn)?)
}

/// Types `keys` one by one, until something stands behind the cursor.
fn offer(film: &mut Film, terminal: &Terminal, keys: &str) -> Result<()> {
    for key in keys.chars() {
        terminal.press(&key.to_string())?;
        film.watch(terminal, KEY);
    }
    for _ in 0..MOST_LOOKS {
        film.watch(terminal, KEY);
        let screen = terminal.screen();
        let (row, column) = screen.cursor_position();
        let line = screen.contents_between(row, column, row, u16::MAX);
        if !line.trim().is_empty() {
            film.watch(terminal, LOOK);
            return Ok(());
        }
    }
    bail!(
        "no ghost text behind {keys:?}:\n{}",
        terminal.screen().contents()
    )
}

/// Takes what is offered.
fn take(film: &mut Film, terminal: &Terminal) -> Result<()> {
    terminal.press("\t")?;
    film.watch(terminal, LOOK / 2);
    Ok(())
}
