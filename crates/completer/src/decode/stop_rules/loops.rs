//! Lines that say again what the lines before them have said.

/// How much of `text`, which goes on the line that `line_before` began, comes before a
/// line that it says a second time, signs at its end aside. All of it where there is
/// none. A block that begins again begins with such a line.
pub(crate) fn before_repetition(line_before: &[u8], text: &[u8]) -> usize {
    if !text.contains(&b'\n') {
        return text.len();
    }
    let first = text.iter().position(|&byte| byte == b'\n');
    let cursor_line = [line_before, &text[..first.unwrap_or(text.len())]].concat();
    // Where each line starts in `text`, and what it says.
    let mut lines: Vec<(usize, &[u8])> = vec![(0, without_signs(&cursor_line))];
    let mut start = first.map_or(text.len(), |feed| feed + 1);
    for line in text[start..].split(|&byte| byte == b'\n') {
        if !line.trim_ascii().is_empty() {
            lines.push((start, without_signs(line)));
        }
        start += line.len() + 1;
    }
    for (index, (start, line)) in lines.iter().enumerate() {
        // Brackets that close may look alike.
        let earlier = lines[..index].iter().any(|earlier| earlier.1 == *line);
        if earlier && says_something(line) {
            return text[..*start].trim_ascii_end().len();
        }
    }
    text.len()
}

/// Bytes of a line that are looked at for what it says time and again.
const LOOKED_AT: usize = 360;
/// Shorter stretches may come as often as they like: `u8, u8, u8`.
const SHORTEST: usize = 6;

/// Where in `text`, which goes on a line that `line_before` began, a stretch begins that
/// `text` ends in and that stands there for the third time in a row.
pub(crate) fn third_time(line_before: &[u8], text: &[u8]) -> Option<usize> {
    let line_before = &line_before[line_before.len().saturating_sub(LOOKED_AT)..];
    let length = line_before.len() + text.len();
    let from_end = |back: usize| match text.len().checked_sub(back + 1) {
        Some(at) => text[at],
        None => line_before[length - 1 - back],
    };
    let comes_again = |after: usize, bytes: usize| {
        let same = |back| from_end(back) == from_end(back + after);
        (0..bytes).all(same)
    };
    let stretch = (SHORTEST..=length / 3).find(|&stretch| {
        let says_something = |back| says_something(&[from_end(back)]);
        comes_again(stretch, 2 * stretch)
            && (0..stretch).any(says_something)
            && !(1..SHORTEST).any(|shorter| comes_again(shorter, stretch))
    });
    stretch.map(|stretch| text.len().saturating_sub(stretch))
}

/// `line` without blanks and signs at its end.
fn without_signs(line: &[u8]) -> &[u8] {
    let last = line.iter().rposition(|&byte| language::is_word_byte(byte));
    &line[..last.map_or(0, |last| last + 1)]
}

fn says_something(line: &[u8]) -> bool {
    line.iter()
        .any(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `¦` in `text` marks where it should end, if before its end.
    #[track_caller]
    fn check(line_before: &str, text: &str) {
        let end = text.find('¦').unwrap_or(text.len());
        let text = text.replacen('¦', "", 1);
        assert_eq!(
            before_repetition(line_before.as_bytes(), text.as_bytes()),
            end,
            "{text}"
        );
    }

    #[test]
    fn a_line_is_said_once() {
        check("    ", "a(0);¦\n    a(0);\n    a(0);");
        check("    a", "(0);¦\n    a(0);");
        check("", "    a.append(0)\n    b()¦\n    b()");
        check("x = 1", "\nuse y;¦\nuse y;");
        check("", "a(0);¦\na(0");
        check("", "a(0);\nb();¦\na(0);");
        check("", "printf(\"a\");¦\n\nprintf(\"a\");");
    }

    #[test]
    fn a_stretch_of_a_line_comes_twice() {
        for (line_before, text, expect) in [
            (
                "",
                "reduce((total, a) => total + reduce((total, b) => ",
                None,
            ),
            ("", "x.map((a) => x.map((a) => x.map((a) => ", Some(26)),
            ("x.map((a) => ", "x.map((a) => x.map((a) => ", Some(13)),
            ("x.map((a) => x.map((a) => x.map((a) ", "=> ", Some(0)),
            ("", "a.unwrap().unwrap()", None),
            ("", "String, String, String, ", Some(16)),
            ("", "u8, u8, u8, u8, u8, u8, u8, ", None),
            ("", "1.25, 1.25, 1.25, ", Some(12)),
            ("", "---------------------------", None),
        ] {
            let found = third_time(line_before.as_bytes(), text.as_bytes());
            assert_eq!(found, expect, "{line_before}{text}");
        }
    }

    #[test]
    fn a_block_is_said_once() {
        check("", "if a {\n    b\n}¦\nif a {\n    b\n}\nif a {");
        check("", "a: 1,\nb: 2,¦\na: 1,\nb: 2,");
        check("def f():", "\n    x = 1\n    y = 2¦\n    x = 1\n    y = 2");
    }

    #[test]
    fn what_differs_goes_on() {
        check("", "a(0);\na(1);\n  a(0);");
        check("", "a(0);\na(");
        check("", "  }\n}\n}");
        check("", "a\n  a");
        check("f", "oo");
    }
}
