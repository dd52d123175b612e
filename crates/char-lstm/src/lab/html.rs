//! A plain page in one file: no script, nothing loaded from elsewhere.

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; text-align: left; border-bottom: 1px solid #8884; }
code { font-size: .9em; overflow-wrap: anywhere; }
figure { margin: 1rem 0; overflow-x: auto; }
";

/// A page that is being written.
pub(super) struct Page(String);

impl Page {
    /// Begins a page.
    pub(super) fn new(title: &str) -> Self {
        let title = escaped(title);
        Self(format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n<h1>{title}</h1>\n"
        ))
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.element("h2", text);
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.element("p", text);
    }

    /// A command or the like; nothing if it is empty.
    pub(super) fn code(&mut self, text: &str) {
        if !text.is_empty() {
            self.0 += &format!("<p><code>{}</code></p>\n", escaped(text));
        }
    }

    /// An SVG document, as it is.
    pub(super) fn picture(&mut self, svg: &str) {
        self.0 += &format!("<figure>{svg}</figure>\n");
    }

    pub(super) fn table(&mut self, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let row = |tag: &str, cells: &mut dyn Iterator<Item = String>| {
            let cells = cells.map(|cell| format!("<{tag}>{}</{tag}>", escaped(&cell)));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        };
        self.0 += "<table>\n";
        self.0 += &row("th", &mut head.iter().map(|&cell| cell.to_owned()));
        for cells in rows {
            self.0 += &row("td", &mut cells.into_iter());
        }
        self.0 += "</table>\n";
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    fn element(&mut self, tag: &str, text: &str) {
        self.0 += &format!("<{tag}>{}</{tag}>\n", escaped(text));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let mut page = Page::new("a < b & c");
        page.table(&["<"], [vec!["<script>".to_owned()]].into_iter());
        let page = page.finish();
        assert!(page.contains("<h1>a &lt; b &amp; c</h1>"), "{page}");
        assert!(page.contains("<td>&lt;script&gt;</td>"), "{page}");
    }
}
