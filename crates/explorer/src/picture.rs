//! A text coloured by one signal of one unit, as SVG.

use std::fmt::Write;
use std::ops::{ControlFlow, Range};

use lstm_runtime::Signal;

use crate::reading::{Document, read};
use crate::subject::{Subject, Unit};

/// Width of a character and height of a line, in pixels.
const CELL: (f32, f32) = (7.8, 17.0);
const MARGIN: f32 = 14.0;
/// Above the text, for the caption.
const TOP: f32 = 44.0;
/// Longer lines are cut.
const COLUMNS: usize = 100;

/// What a picture of `unit` is called: `rust 2x512: layer 1, unit 7, hidden state`.
pub fn title(subject: &Subject, unit: Unit) -> String {
    let Unit {
        layer,
        unit,
        signal,
    } = unit;
    let (model, name) = (subject.name(), signal.name());
    format!("{model}: layer {layer}, unit {unit}, {name}")
}

/// Draws `range` of `document`, whole lines of it, with `title` above.
pub async fn picture(
    subject: &Subject,
    document: &Document,
    range: Range<usize>,
    unit: Unit,
    title: &str,
) -> String {
    let range = whole_lines(&document.text, range);
    let mut values = Vec::with_capacity(range.len());
    // It never breaks.
    let _ = read(subject, document, range.clone(), |step| {
        values.push(step.value(unit));
        ControlFlow::Continue(())
    })
    .await;
    // A cell state has no bounds; the strongest there is has the full colour.
    let strongest = values
        .iter()
        .fold(1.0_f32, |most, value| most.max(value.abs()));
    let (full, title) = match unit.signal {
        Signal::Cell => (strongest, format!("{title}, ±{strongest:.1}")),
        _ => (1.0, title.to_owned()),
    };
    let text = &document.text[range];
    let lines: Vec<&str> = text.split('\n').collect();
    let columns = lines.iter().map(|line| line.chars().count()).max();
    let columns = columns.unwrap_or(0).clamp(46, COLUMNS);
    let width = 2.0 * MARGIN + columns as f32 * CELL.0;
    let height = TOP + lines.len() as f32 * CELL.1 + MARGIN;

    let mut svg = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| {
        svg.write_fmt(text).expect("a string has room");
        svg.push('\n');
    };
    line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">"#
    ));
    line(format_args!(
        r##"<rect width="100%" height="100%" rx="6" fill="#ffffff"/>"##
    ));
    line(format_args!(
        r##"<text x="{MARGIN}" y="24" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13" fill="#333333">{}</text>"##,
        escaped(&title)
    ));
    let mut offset = 0;
    for (row, content) in lines.iter().enumerate() {
        let top = TOP + row as f32 * CELL.1;
        // Neighbours of one colour are one rectangle.
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for (column, (at, char)) in content.char_indices().take(COLUMNS).enumerate() {
            let value = values[offset + at + char.len_utf8() - 1];
            let fill = color(value / full);
            match runs.last_mut() {
                Some((_, end, last)) if *end == column && *last == fill => *end += 1,
                _ => runs.push((column, column + 1, fill)),
            }
        }
        for (start, end, fill) in runs {
            let (x, width) = (
                MARGIN + start as f32 * CELL.0,
                (end - start) as f32 * CELL.0,
            );
            let height = CELL.1;
            line(format_args!(
                r#"<rect x="{x:.1}" y="{top:.1}" width="{width:.1}" height="{height}" fill="{fill}"/>"#
            ));
        }
        let shown: String = content.chars().take(COLUMNS).collect();
        if !shown.trim().is_empty() {
            let (y, length) = (top + 12.5, shown.chars().count() as f32 * CELL.0);
            line(format_args!(
                r##"<text x="{MARGIN}" y="{y:.1}" textLength="{length:.1}" lengthAdjust="spacing" xml:space="preserve" fill="#111111">{}</text>"##,
                escaped(&shown.replace('\t', " "))
            ));
        }
        offset += content.len() + 1;
    }
    line(format_args!("</svg>"));
    svg
}

/// `range`, out to the ends of its lines; the last line end is left out.
fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let before = bytes[..range.start.min(bytes.len())].iter();
    let start = before.rev().position(|&byte| byte == b'\n');
    let start = range.start.min(bytes.len()) - start.unwrap_or(range.start.min(bytes.len()));
    let last = range.end.clamp(start, bytes.len());
    let last = if last > start && bytes[last - 1] == b'\n' {
        last - 1
    } else {
        let rest = bytes[last..].iter().position(|&byte| byte == b'\n');
        rest.map_or(bytes.len(), |rest| last + rest)
    };
    start..last
}

/// Red at −1, white at 0, blue at 1; pale enough to read on.
fn color(value: f32) -> String {
    let strength = value.abs().min(1.0);
    let full = if value < 0.0 {
        [236.0, 96.0, 80.0]
    } else {
        [80.0, 140.0, 240.0]
    };
    let mixed = full.map(|full: f32| (255.0 + (full - 255.0) * strength).round() as u8);
    format!("#{:02x}{:02x}{:02x}", mixed[0], mixed[1], mixed[2])
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Not allowed in XML.
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_whole_lines() {
        let text = "ab\ncd\nef\n";
        assert_eq!(whole_lines(text, 0..0), 0..2);
        assert_eq!(whole_lines(text, 4..5), 3..5);
        assert_eq!(whole_lines(text, 1..7), 0..8);
        assert_eq!(whole_lines(text, 0..9), 0..8);
        assert_eq!(whole_lines("", 0..0), 0..0);
    }

    #[test]
    fn colours_go_from_red_over_white_to_blue() {
        assert_eq!(color(0.0), "#ffffff");
        assert_eq!(color(-1.0), "#ec6050");
        assert_eq!(color(7.0), "#508cf0");
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a<b> & \u{1}"), "a&lt;b&gt; &amp; \u{fffd}");
    }
}
