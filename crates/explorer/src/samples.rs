//! Texts to begin with when the user names none: for Rust, this crate's own files; for
//! the other languages with a model, a file each; for the tasks of the lab, some of their
//! lines; for tweets, made-up ones. And what stands in the box to try each, and what it may
//! write on from.

use serde::Deserialize;

use crate::property::Kind;
use crate::reading::Document;

/// What a row has that says nothing else.
const CODE: Samples = Samples {
    language: "",
    kind: Kind::Code,
    texts: &[],
    example: "",
    starts: &[],
    quiz: "[]",
};

const RUST: Samples = Samples {
    language: "rust",
    texts: &[
        ("steering.rs", include_str!("steering.rs")),
        ("code_shape.rs", include_str!("property/code_shape.rs")),
        ("property.rs", include_str!("property.rs")),
        ("picture.rs", include_str!("picture.rs")),
        ("matches.rs", include_str!("matches.rs")),
        ("search.rs", include_str!("search.rs")),
    ],
    example: RUST_EXAMPLE,
    starts: &["fn ", "/// ", "#[test]\nfn ", "use std::"],
    ..CODE
};

const PYTHON: Samples = Samples {
    language: "python",
    texts: &[("sales.py", include_str!("../samples/sales.py"))],
    example: PYTHON_EXAMPLE,
    starts: &[
        "def ",
        "class ",
        "# Copyright 2019 The TensorFlow Authors. All Rights Reserved.\n",
        "import ",
    ],
    ..CODE
};

const TYPESCRIPT: Samples = Samples {
    language: "typescript",
    texts: &[("sales.ts", include_str!("../samples/sales.ts"))],
    example: TYPESCRIPT_EXAMPLE,
    starts: &["export function ", "import ", "/**\n"],
    ..CODE
};

const C: Samples = Samples {
    language: "c",
    texts: &[("queue.c", include_str!("../samples/queue.c"))],
    example: C_EXAMPLE,
    starts: &["static int ", "#include ", "/*\n"],
    ..CODE
};

/// Counted: as many b as there were a.
const COUNTER: Samples = Samples {
    language: "counter",
    texts: &[(
        "counter",
        "aXb\naaaXbbb\naaaaaaaaXbbbbbbbb\naaaaaXbbbbb\naaaaaaaaaaXbbbbbbbbbb\naaXbb\n\
     aaaaaaaaaaaaaXbbbbbbbbbbbbb\naaaaaaXbbbbbb\naaaaaaaXbbbbbbb\naaaaXbbbb\n",
    )],
    example: "aaaaaXbbbbb\naaaX",
    starts: &["a"],
    ..CODE
};

/// Counted, but not the X among them.
const SELECTIVE_COUNTER: Samples = Samples {
    language: "selective-counter",
    texts: &[(
        "selective-counter",
        "aXaYbb\naaXXaXaYbbbb\nXaYb\naaaaXXaXYbbbbb\naXaXaXaaaaYbbbbbbb\naaaaaaYbbbbbb\n\
     XXaaXYbb\naaXaaXaaXaaXYbbbbbbbb\naaaYbbb\nXXaXXaXXaYbbb\n",
    )],
    example: "aXaaYbbb\naXXaaXY",
    starts: &["a"],
    ..CODE
};

/// Which of two letters it was.
const STATE: Samples = Samples {
    language: "state",
    texts: &[(
        "state",
        "AxxxYa\nBxYb\nBxxxxxxxYb\nAxxxxxYa\nAxYa\nBxxxxxxxxxxYb\nAxxxxxxxxYa\nBxxxYb\n\
     AxxxxxxxxxxxxxxxxxxxxYa\nBxxxxxxxxxxxxxxxxxxxxYb\n",
    )],
    example: "AxxxYa\nBxxxxxxY",
    starts: &["A", "B"],
    ..CODE
};

/// The same letters once more.
const COPY: Samples = Samples {
    language: "copy",
    texts: &[(
        "copy",
        "abcXabc\naabXaab\ncbaXcba\nbbcXbbc\ncacXcac\nbacXbac\nccbXccb\naccXacc\nbabXbab\n",
    )],
    example: "abcXabc\nbacX",
    starts: &["a"],
    ..CODE
};

/// Made up for this page.
const TWEETS: Samples = Samples {
    language: "tweets",
    kind: Kind::Prose,
    texts: &[("made-up.tweets", include_str!("../samples/made-up.tweets"))],
    example: "@plumkite you are so welcome! See you at the market on ",
    starts: &["I love ", "@", "RT @", "Just "],
    quiz: include_str!("../samples/quiz.json"),
};

/// What there is.
const ALL: [Samples; 9] = [
    RUST,
    PYTHON,
    TYPESCRIPT,
    C,
    COUNTER,
    SELECTIVE_COUNTER,
    STATE,
    COPY,
    TWEETS,
];

/// What there is for models of one language, or of one task of the lab.
struct Samples {
    /// What its models say that they are for.
    language: &'static str,
    /// What its texts are.
    kind: Kind,
    /// Names and texts.
    texts: &'static [(&'static str, &'static str)],
    /// What stands in the box.
    example: &'static str,
    /// What a model may write on from.
    starts: &'static [&'static str],
    /// A list of [`Quizzed`] as JSON.
    quiz: &'static str,
}

/// One of the texts of a quiz: written by a model, or real.
#[derive(Clone, Debug, Deserialize)]
pub struct Quizzed {
    /// The text.
    pub text: String,
    /// The seed it was written with; none if it is real.
    pub seed: Option<u64>,
}

/// What there is for `language`; no texts for one that has none here.
fn of(language: &str) -> Samples {
    let mut all = ALL.into_iter();
    all.find(|samples| samples.language == language)
        .unwrap_or(CODE)
}

/// Texts in `language`; empty for a language that has none here.
pub fn samples(language: &str) -> Vec<Document> {
    let document = |&(name, text): &(&str, &str)| Document {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    of(language).texts.iter().map(document).collect()
}

/// What stands in the box to try a model for `language`: something whose continuation the
/// lines before it tell. Empty for a language that has none here.
pub fn example(language: &str) -> &'static str {
    of(language).example
}

/// What texts in `language` are.
pub fn kind(language: &str) -> Kind {
    of(language).kind
}

/// What a model for `language` may write on from.
pub fn starts(language: &str) -> &'static [&'static str] {
    of(language).starts
}

/// Texts of which a visitor is to say whether a model for `language` wrote them; empty for a
/// language that has none here.
pub fn quiz(language: &str) -> Vec<Quizzed> {
    serde_json::from_str(of(language).quiz).expect("a list is written beside this file")
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
