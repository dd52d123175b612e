//! How commands print: lines of `name  value` and numbers that people can read, or JSON.

use std::io::Write;

use clap::ValueEnum;

/// How a command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object.
    Json,
}

/// Writes `rows` with their values under each other, leaving out empty ones.
///
/// # Errors
/// Whatever `out` says.
pub(super) fn write(rows: &[(&str, String)], out: &mut dyn Write) -> std::io::Result<()> {
    write_indented("", rows, out)
}

/// Writes `rows` under the line `title`.
///
/// # Errors
/// Whatever `out` says.
pub(super) fn write_section(
    title: &str,
    rows: &[(&str, String)],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(out, "{title}")?;
    write_indented("  ", rows, out)
}

fn write_indented(
    indentation: &str,
    rows: &[(&str, String)],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let known = || rows.iter().filter(|(_, value)| !value.is_empty());
    let width = known().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in known() {
        writeln!(out, "{indentation}{name:width$}  {value}")?;
    }
    Ok(())
}

/// `1234567` as `1 234 567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes as people say it: `7.4 MB`.
pub(super) fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// The probability `log_prob` (in nats) stands for, with one decimal.
pub(super) fn percent(log_prob: f64) -> String {
    match log_prob.exp() * 100.0 {
        tiny if tiny < 0.05 => "<0.1".to_owned(),
        percent => format!("{percent:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let numbers = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1 000", "1 234 567"]);
    }

    #[test]
    fn sizes_have_a_unit() {
        let sizes = [12, 12_345, 7_400_000].map(megabytes);
        assert_eq!(sizes, ["12 bytes", "12 kB", "7.4 MB"]);
    }
}
