//! How the playground looks.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::Playground;
use crate::cli::print::{grouped, percent};

/// Ghost text, and whatever else is not the user's own.
const GREY: Style = Style::new().fg(Color::DarkGray);
const HEADING: Style = Style::new().add_modifier(Modifier::BOLD);
const CHOSEN: Style = Style::new().add_modifier(Modifier::REVERSED);

/// Lines of the list: a border, a heading, five candidates.
const LIST_HEIGHT: u16 = 7;
/// The first columns of the list.
const PERCENT_WIDTH: usize = 8;

const HELP: &str = " Tab accept   ↑ ↓ choose   Ctrl-C leave";

/// Draws everything.
pub(super) fn draw(playground: &Playground, frame: &mut Frame<'_>) {
    let [text, list, cost, help] = Layout::vertical([
        Constraint::Min(3),
        Constraint::Length(LIST_HEIGHT),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    draw_text(playground, frame, text);
    draw_list(playground, frame, list);
    frame.render_widget(Line::from(cost_of(playground)), cost);
    frame.render_widget(Line::styled(HELP, GREY), help);
}

/// The text with the ghost text in it, scrolled so that the cursor shows.
fn draw_text(playground: &Playground, frame: &mut Frame<'_>, area: Rect) {
    let block = Block::new()
        .borders(Borders::BOTTOM)
        .border_style(GREY)
        .title_bottom(Line::styled(format!(" {} ", playground.title), GREY));
    let inside = block.inner(area);
    frame.render_widget(block, area);

    let buffer = &playground.buffer;
    let ghost = playground.suggestions.chosen().unwrap_or_default();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (piece, style) in [
        (buffer.before(), Style::new()),
        (ghost, GREY),
        (buffer.behind(), Style::new()),
    ] {
        for (index, part) in piece.split('\n').enumerate() {
            let span = Span::styled(part.replace('\t', "    "), style);
            match lines.last_mut() {
                Some(line) if index == 0 => line.push_span(span),
                _ => lines.push(Line::from(span)),
            }
        }
    }
    let row = buffer.before().matches('\n').count();
    let line = buffer.before().rsplit('\n').next().unwrap_or_default();
    let column = line.replace('\t', "    ").width();
    let ghost_lines = ghost.matches('\n').count();
    let top = (row + ghost_lines + 1)
        .saturating_sub(inside.height.into())
        .min(row);
    let left = (column + 1).saturating_sub(inside.width.into());
    let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let text = Paragraph::new(lines).scroll((short(top), short(left)));
    frame.render_widget(text, inside);
    frame.set_cursor_position(Position::new(
        inside.x + short(column - left),
        inside.y + short(row - top),
    ));
}

/// The candidates with the probability that the model gives to each.
fn draw_list(playground: &Playground, frame: &mut Frame<'_>, area: Rect) {
    let suggestions = &playground.suggestions;
    let heading = Line::styled(format!(" {:>PERCENT_WIDTH$}  text", "chance"), HEADING);
    let rows = suggestions
        .candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let percent = format!("{} %", percent(candidate.log_prob));
            let text = candidate.text.replace('\n', "⏎");
            let line = format!(" {percent:>PERCENT_WIDTH$}  {text}");
            let chosen = suggestions.index == Some(index);
            Line::styled(line, if chosen { CHOSEN } else { Style::new() })
        });
    let lines: Vec<_> = std::iter::once(heading).chain(rows).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// What the last keystroke cost.
fn cost_of(playground: &Playground) -> String {
    let suggestions = &playground.suggestions;
    let micros = suggestions.micros;
    let written = match suggestions.ghost_bytes() {
        0 => "find nothing worth a look".to_owned(),
        bytes => format!("write {bytes} bytes"),
    };
    format!(
        " this keystroke: {} µs to read, {} µs to {written}",
        grouped(micros.prefix),
        grouped(micros.decode),
    )
}
