//! Texts to begin with when the user names none: for Rust, this crate's own files; for
//! the other languages with a model, a file each; for the tasks of the lab, some of their
//! lines. And what stands in the box to try each.

use crate::reading::Document;

const RUST: &[(&str, &str)] = &[
    ("steering.rs", include_str!("steering.rs")),
    ("code_shape.rs", include_str!("code_shape.rs")),
    ("property.rs", include_str!("property.rs")),
    ("picture.rs", include_str!("picture.rs")),
    ("matches.rs", include_str!("matches.rs")),
    ("search.rs", include_str!("search.rs")),
];

const PYTHON: &[(&str, &str)] = &[("sales.py", include_str!("../samples/sales.py"))];

const TYPESCRIPT: &[(&str, &str)] = &[("sales.ts", include_str!("../samples/sales.ts"))];

const C: &[(&str, &str)] = &[("queue.c", include_str!("../samples/queue.c"))];

/// Counted: as many b as there were a.
const COUNTER: &[(&str, &str)] = &[(
    "counter",
    "aXb\naaaXbbb\naaaaaaaaXbbbbbbbb\naaaaaXbbbbb\naaaaaaaaaaXbbbbbbbbbb\naaXbb\n\
     aaaaaaaaaaaaaXbbbbbbbbbbbbb\naaaaaaXbbbbbb\naaaaaaaXbbbbbbb\naaaaXbbbb\n",
)];

/// Counted, but not the X among them.
const SELECTIVE_COUNTER: &[(&str, &str)] = &[(
    "selective-counter",
    "aXaYbb\naaXXaXaYbbbb\nXaYb\naaaaXXaXYbbbbb\naXaXaXaaaaYbbbbbbb\naaaaaaYbbbbbb\n\
     XXaaXYbb\naaXaaXaaXaaXYbbbbbbbb\naaaYbbb\nXXaXXaXXaYbbb\n",
)];

/// Which of two letters it was.
const STATE: &[(&str, &str)] = &[(
    "state",
    "AxxxYa\nBxYb\nBxxxxxxxYb\nAxxxxxYa\nAxYa\nBxxxxxxxxxxYb\nAxxxxxxxxYa\nBxxxYb\n\
     AxxxxxxxxxxxxxxxxxxxxYa\nBxxxxxxxxxxxxxxxxxxxxYb\n",
)];

/// The same letters once more.
const COPY: &[(&str, &str)] = &[(
    "copy",
    "abcXabc\naabXaab\ncbaXcba\nbbcXbbc\ncacXcac\nbacXbac\nccbXccb\naccXacc\nbabXbab\n",
)];

/// Texts in `language`; empty for a language that has none here.
pub fn samples(language: &str) -> Vec<Document> {
    let texts = match language {
        "rust" => RUST,
        "python" => PYTHON,
        "typescript" => TYPESCRIPT,
        "c" => C,
        "counter" => COUNTER,
        "selective-counter" => SELECTIVE_COUNTER,
        "state" => STATE,
        "copy" => COPY,
        _ => &[],
    };
    let document = |&(name, text): &(&str, &str)| Document {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    texts.iter().map(document).collect()
}

/// What stands in the box to try a model for `language`: something whose continuation the
/// lines before it tell. Empty for a language that has none here.
pub fn example(language: &str) -> &'static str {
    match language {
        "rust" => RUST_EXAMPLE,
        "python" => PYTHON_EXAMPLE,
        "typescript" => TYPESCRIPT_EXAMPLE,
        "c" => C_EXAMPLE,
        "counter" => "aaaaaXbbbbb\naaaX",
        "selective-counter" => "aXaaYbbb\naXXaaXY",
        "state" => "AxxxYa\nBxxxxxxY",
        "copy" => "abcXabc\nbacX",
        _ => "",
    }
}

const RUST_EXAMPLE: &str = r#"/// What a shop sold.
pub struct Sales {
    customers: usize,
    revenue: f64,
}

impl Sales {
    pub fn print_daily(&self, report: &mut Report) {
        report.add_row("customers", self.customers.to_string());
        report.add_row("revenue", self.revenue.to_string());
    }

    pub fn print_weekly(&self, report: &mut Report) {
        "#;

const PYTHON_EXAMPLE: &str = r#"class Sales:
    def __init__(self, customers: int, revenue: float) -> None:
        self.customers = customers
        self.revenue = revenue

    def print_daily(self, report: Report) -> None:
        report.add_row("customers", str(self.customers))
        report.add_row("revenue", str(self.revenue))

    def print_weekly(self, report: Report) -> None:
        "#;

const TYPESCRIPT_EXAMPLE: &str = r#"export class Sales {
  constructor(
    private readonly customers: number,
    private readonly revenue: number,
  ) {}

  printDaily(report: Report): void {
    report.addRow("customers", this.customers.toString());
    report.addRow("revenue", this.revenue.toString());
  }

  printWeekly(report: Report): void {
    "#;

const C_EXAMPLE: &str = r#"struct sales {
    int customers;
    double revenue;
};

void sales_print_daily(const struct sales *sales, struct report *report)
{
    report_add_row(report, "customers", sales->customers);
    report_add_row(report, "revenue", sales->revenue);
}

void sales_print_weekly(const struct sales *sales, struct report *report)
{
    "#;
