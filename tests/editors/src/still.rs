//! A terminal's screen as an SVG picture.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

use crate::terminal::size;

/// Size of a character in the picture, in its units.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;
const MARGIN: f32 = 12.0;
const FOREGROUND: &str = "#d8d8d8";
const BACKGROUND: &str = "#16181d";

/// Draws `screen`, the cursor as a bar where it is shown.
pub fn svg(screen: &Screen, title: &str) -> String {
    let (rows, _) = size(screen);
    let mut svg = opening(screen, title, "");
    for row in 0..rows {
        svg.push_str(&line(screen, row));
    }
    svg.push_str(&cursor(screen));
    svg.push_str(CLOSING);
    svg
}

/// What stands before the lines of a picture; `style` is CSS.
pub(crate) fn opening(screen: &Screen, title: &str, style: &str) -> String {
    let (rows, columns) = size(screen);
    let width = f32::from(columns) * WIDTH + 2.0 * MARGIN;
    let height = f32::from(rows) * HEIGHT + 2.0 * MARGIN;
    let style = match style {
        "" => String::new(),
        _ => format!("<style>\n{style}</style>\n"),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
         <title>{}</title>\n{style}\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n",
        escaped(title)
    )
}

/// What stands behind them.
pub(crate) const CLOSING: &str = "</g>\n</svg>\n";

/// The line `row` of `screen`.
pub(crate) fn line(screen: &Screen, row: u16) -> String {
    let (_, columns) = size(screen);
    let cells: Vec<_> = (0..columns)
        .filter_map(|column| Some((column, screen.cell(row, column)?)))
        .collect();
    let mut svg = String::new();
    for run in cells.chunk_by(|(_, a), (_, b)| style(a) == style(b)) {
        draw(&mut svg, row, run);
    }
    svg
}

/// The cursor of `screen`, or nothing.
pub(crate) fn cursor(screen: &Screen) -> String {
    if screen.hide_cursor() {
        return String::new();
    }
    let (row, column) = screen.cursor_position();
    let (x, y) = (x(column), f32::from(row) * HEIGHT + MARGIN);
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"2\" height=\"{HEIGHT}\" fill=\"{FOREGROUND}\"/>\n"
    )
}

/// Cells of one style, side by side.
fn draw(svg: &mut String, row: u16, run: &[(u16, &Cell)]) {
    let Some(&(column, first)) = run.first() else {
        return;
    };
    let (foreground, background, bold, italic) = style(first);
    let text: String = run
        .iter()
        .map(|(_, cell)| {
            if cell.has_contents() {
                cell.contents()
            } else {
                " "
            }
        })
        .collect();
    let width = run.len() as f32 * WIDTH;
    let top = f32::from(row) * HEIGHT + MARGIN;
    if let Some(background) = background {
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{background}\"/>",
            x(column)
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    let slant = if italic { " font-style=\"italic\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" fill=\"{foreground}\"{weight}{slant} xml:space=\"preserve\">{}</text>",
        x(column),
        top + HEIGHT * 0.75,
        escaped(&text)
    );
}

fn x(column: u16) -> f32 {
    f32::from(column) * WIDTH + MARGIN
}

/// Foreground, background, bold, italic; blanks have no foreground to differ in.
fn style(cell: &Cell) -> (String, Option<String>, bool, bool) {
    let foreground = hex(cell.fgcolor());
    let background = hex(cell.bgcolor());
    let (foreground, background) = if cell.inverse() {
        (
            background.unwrap_or_else(|| BACKGROUND.to_owned()),
            Some(foreground.unwrap_or_else(|| FOREGROUND.to_owned())),
        )
    } else {
        (
            foreground.unwrap_or_else(|| FOREGROUND.to_owned()),
            background,
        )
    };
    let foreground = if cell.dim() {
        "#8a8f98".to_owned()
    } else {
        foreground
    };
    (foreground, background, cell.bold(), cell.italic())
}

/// `None` is the default.
fn hex(color: Color) -> Option<String> {
    const BASIC: [&str; 16] = [
        "#3a3f4b", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
        "#7f848e", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#ffffff",
    ];
    match color {
        Color::Default => None,
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        Color::Idx(index) => Some(match index {
            0..=15 => BASIC[usize::from(index)].to_owned(),
            // The colour cube and the greys of xterm.
            16..=231 => {
                let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let n = index - 16;
                format!(
                    "#{:02x}{:02x}{:02x}",
                    level(n / 36),
                    level(n / 6 % 6),
                    level(n % 6)
                )
            }
            grey => {
                let level = 8 + 10 * (grey - 232);
                format!("#{level:02x}{level:02x}{level:02x}")
            }
        }),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
