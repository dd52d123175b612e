//! `lstm-ls try` in a terminal, as a person sees it.

use std::fs;

use anyhow::{Context, Result, ensure};
use editor_tests::{Home, Terminal, in_color, results, svg};
use end_to_end::server;
use vt100::{Color, Screen};

/// Ghost text: the eighth colour of a terminal, bright black.
const GREY: Color = Color::Idx(8);

/// A shell in a terminal that runs `lstm-ls try`.
fn shell(home: &Home) -> Result<Terminal> {
    let mut command = home.terminal_command("/bin/sh");
    command.env("PS1", "$ ");
    let terminal = Terminal::start(command)?;
    terminal.wait_for_text("$ ")?;
    terminal.press(&format!("{} try\r", server()?.canonicalize()?.display()))?;
    terminal.wait_for_text("chance")?;
    Ok(terminal)
}

/// The ghost text behind `typed` in the cursor's line.
fn ghost(screen: &Screen, typed: &str) -> Option<String> {
    let (row, _) = screen.cursor_position();
    let contents = screen.contents();
    let line = contents
        .lines()
        .nth(row.into())
        .filter(|line| line.contains(typed))?;
    let behind = line.rsplit(typed).next()?.trim_end();
    let is_grey = !behind.is_empty() && in_color(screen, GREY).contains(behind);
    is_grey.then(|| behind.to_owned())
}

#[test]
fn typing_shows_grey_text_and_tab_accepts_it() -> Result<()> {
    let home = Home::new()?;
    let terminal = shell(&home)?;
    let typed = "report.add_row(\"cus";
    terminal.press(typed)?;
    let grey = terminal.wait_for("grey text", |screen| ghost(screen, typed))?;
    // Drawn to the end: the cursor is back behind what was typed.
    terminal.wait_for("candidates", |screen| {
        let (row, _) = screen.cursor_position();
        let line = screen.contents().lines().nth(row.into())?.to_owned();
        (!rows(screen).is_empty() && line.contains(typed)).then_some(())
    })?;
    fs::write(
        results()?.join("try.svg"),
        svg(
            &terminal.screen(),
            "lstm-ls try: ghost text behind the cursor, a list of candidates, microseconds",
        ),
    )?;
    terminal.press("\t")?;
    terminal.wait_for("the text to be the user's", |screen| {
        let accepted = format!("{typed}{grey}");
        let is_there = screen.contents().contains(&accepted);
        let is_grey = in_color(screen, GREY).contains(&grey);
        (is_there && !is_grey).then_some(())
    })?;
    Ok(())
}

#[test]
fn down_chooses_another_candidate() -> Result<()> {
    let home = Home::new()?;
    let terminal = shell(&home)?;
    let typed = "self.";
    terminal.press(typed)?;
    // The list for all that was typed, of which the second is chosen.
    terminal.wait_for("candidates", |screen| {
        let (row, column) = screen.cursor_position();
        let line = screen.contents().lines().nth(row.into())?.to_owned();
        let is_typed = line.get(..column.into())?.ends_with(typed);
        (is_typed && rows(screen).len() >= 2).then_some(())
    })?;
    terminal.press("\x1b[B\x1b[B")?;
    terminal.wait_for("it as ghost text", |screen| {
        let chosen = chosen(screen)?;
        let second = rows(screen).get(1).cloned()?;
        (chosen == second && ghost(screen, typed)? == chosen).then_some(())
    })
}

/// The texts in the list of candidates.
fn rows(screen: &Screen) -> Vec<String> {
    let contents = screen.contents();
    let rows = contents.lines().filter_map(|line| line.split_once(" %  "));
    rows.map(|(_, text)| text.trim_end().to_owned()).collect()
}

/// The text of the candidate that is marked.
fn chosen(screen: &Screen) -> Option<String> {
    let contents = screen.contents();
    let row = contents.lines().enumerate().find_map(|(row, line)| {
        let row = u16::try_from(row).ok()?;
        screen.cell(row, 1)?.inverse().then_some(line)
    })?;
    Some(row.split_once(" %  ")?.1.trim_end().to_owned())
}

#[test]
fn ctrl_c_gives_the_terminal_back() -> Result<()> {
    let home = Home::new()?;
    let terminal = shell(&home)?;
    ensure!(terminal.screen().alternate_screen(), "not full-screen");
    terminal.press("\x03")?;
    terminal.wait_for("the shell", |screen| {
        let back = !screen.alternate_screen() && !screen.hide_cursor();
        (back && screen.contents().trim_end().ends_with('$')).then_some(())
    })?;
    // A terminal that still was raw would not show what is typed.
    terminal.press("stty -a\r")?;
    let modes = terminal.wait_for("the modes", |screen| {
        screen
            .contents()
            .contains("echoe")
            .then(|| screen.contents())
    })?;
    ensure!(
        modes.contains(" icanon") && modes.contains(" echo "),
        "{modes}"
    );
    Ok(())
}

#[test]
fn without_a_terminal_it_says_so() -> Result<()> {
    let home = Home::new()?;
    let mut command = home.command(server()?);
    let output = command
        .arg("try")
        .stdin(std::process::Stdio::null())
        .output()?;
    let said = String::from_utf8(output.stderr).context("it is text")?;
    ensure!(
        said.contains("needs a terminal") && output.status.code() == Some(2),
        "{said}"
    );
    Ok(())
}
