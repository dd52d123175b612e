//! Lines that say again what the lines before them have said.

/// Lines of the longest block that is looked for.
const LONGEST_BLOCK: usize = 8;

/// How much of `text`, which goes on the line that `line_before` began, comes before a
/// line or a block of lines that repeats the one just before it. All of it where
/// none does.
pub(crate) fn before_repetition(line_before: &[u8], text: &[u8]) -> usize {
    if !text.contains(&b'\n') {
        return text.len();
    }
    let first = text.iter().position(|&byte| byte == b'\n');
    let cursor_line = [line_before, &text[..first.unwrap_or(text.len())]].concat();
    // Where each line starts in `text`, and what it says.
    let mut lines: Vec<(usize, &[u8])> = vec![(0, cursor_line.trim_ascii_end())];
    let mut start = first.map_or(text.len(), |feed| feed + 1);
    for line in text[start..].split(|&byte| byte == b'\n') {
        if !line.trim_ascii().is_empty() {
            lines.push((start, line.trim_ascii_end()));
        }
        start += line.len() + 1;
    }
    for end in 2..=lines.len() {
        for block in 1..=LONGEST_BLOCK.min(end / 2) {
            let (before, again) = lines[end - 2 * block..end].split_at(block);
            let same = before.iter().zip(again).all(|(a, b)| a.1 == b.1);
            // Brackets that close may look alike.
            if same && again.iter().any(|line| says_something(line.1)) {
                return text[..again[0].0].trim_ascii_end().len();
            }
        }
    }
    text.len()
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
        check("", "printf(\"a\");¦\n\nprintf(\"a\");");
    }

    #[test]
    fn a_block_is_said_once() {
        check("", "if a {\n    b\n}¦\nif a {\n    b\n}\nif a {");
        check("", "a: 1,\nb: 2,¦\na: 1,\nb: 2,");
        check("def f():", "\n    x = 1\n    y = 2¦\n    x = 1\n    y = 2");
    }

    #[test]
    fn what_differs_goes_on() {
        check("", "a(0);\na(1);\na(0);");
        check("", "  }\n}\n}");
        check("", "a\n  a");
        check("f", "oo");
    }
}
