//! Text that must be right: a table with a part for each kind of fault that people
//! report of completion tools. What the model would say is given by each row.

use std::sync::Arc;

use completer::{
    Before, CancelToken, Completer, MultiLine, NO_CLOCK, Options, Request, Strategy, Suggestion,
    flaws, show,
};
use unicode_segmentation::UnicodeSegmentation;

use crate::engines::{Reader, Toy};

/// A cursor, and what is to be offered there.
struct Row {
    language: &'static str,
    /// What the model has read, each as often as any other.
    read: &'static [&'static str],
    /// The document, `$0` being the cursor.
    at: &'static str,
    /// As ghost text while typing; "" is nothing.
    ghost: &'static str,
    /// The first of what is offered by hand.
    by_hand: &'static str,
}

fn ghost() -> Options {
    Options {
        strategy: Strategy::Greedy,
        candidates: 1,
        glance_cost: Some(show::glance_cost(show::DEFAULT_EAGERNESS)),
        multi_line: MultiLine::Auto,
        ..Options::default()
    }
}

fn by_hand() -> Options {
    Options {
        multi_line: MultiLine::Auto,
        max_bytes: 1000,
        ..Options::default()
    }
}

fn suggestions(language: &str, read: &[&str], at: &str, options: &Options) -> Vec<Suggestion> {
    let (before, after) = fixture::split(at);
    let request = Request {
        path: "a.file",
        before: Before::whole(before.as_bytes()),
        after,
        language,
        memory: None,
        options,
        clock: NO_CLOCK,
    };
    let completer = Completer::new(Arc::new(Toy::new(Reader::of(read))));
    let completion = completer.complete(&request, &CancelToken::new());
    completion.expect("the token is not set").suggestions
}

#[track_caller]
fn check(rows: &[Row]) {
    let mut wrong = String::new();
    for row in rows {
        for (options, expect) in [(ghost(), row.ghost), (by_hand(), row.by_hand)] {
            let suggestions = suggestions(row.language, row.read, row.at, &options);
            let first = suggestions.first().map_or("", |s| s.text.as_str());
            if first != expect {
                let kind = if options.glance_cost.is_some() {
                    "ghost"
                } else {
                    "by hand"
                };
                wrong += &format!(
                    "{} {:?} {kind}: {first:?}, not {expect:?}\n",
                    row.language, row.at
                );
            }
            let (before, after) = fixture::split(row.at);
            for suggestion in &suggestions {
                let flaws = flaws(row.language, before, &suggestion.text, after);
                if flaws != Default::default() {
                    wrong += &format!("{} {:?}: {flaws:?}\n", row.at, suggestion.text);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A row where both ask for the same.
const fn row(
    language: &'static str,
    read: &'static [&'static str],
    at: &'static str,
    both: &'static str,
) -> Row {
    Row {
        language,
        read,
        at,
        ghost: both,
        by_hand: both,
    }
}

/// A row where only who asks is told.
const fn told(
    language: &'static str,
    read: &'static [&'static str],
    at: &'static str,
    by_hand: &'static str,
) -> Row {
    Row {
        language,
        read,
        at,
        ghost: "",
        by_hand,
    }
}

#[test]
fn brackets_match_afterwards_too() {
    check(&[
        row(
            "rust",
            &["    assert!(!s.is_empty());"],
            "fn f(s: &str) {\n    assert!(!s.is_e$0);\n}",
            "mpty()",
        ),
        row(
            "rust",
            &["Some(HashMap::new());"],
            "Some(HashMap::n$0);",
            "ew()",
        ),
        row(
            "python",
            &["print(len(items[0]))"],
            "print(len(it$0))",
            "ems[0]",
        ),
        row(
            "typescript",
            &["call(() => { run(); });"],
            "call(() => $0);",
            "{ run(); }",
        ),
        row(
            "c",
            &["if (strcmp(a, b) == 0) {"],
            "if (str$0) {",
            "cmp(a, b) == 0",
        ),
        row(
            "go",
            &["x := f(map[string]int{\"a\": 1})"],
            "x := f(map$0)",
            "[string]int{\"a\": 1}",
        ),
        // An opener in a string is none.
        row(
            "python",
            &["print(\"(\" + name)"],
            "print($0)",
            "\"(\" + name",
        ),
    ]);
}

#[test]
fn nothing_is_cut_behind_an_opener_that_stays_open() {
    const RUST: &[&str] = &[
        "f(open_file(aa));",
        "f(open_file(bb));",
        "f(open_file(cc));",
        "f(open_file(dd));",
    ];
    const C: &[&str] = &[
        "return strlen(aa));",
        "return strlen(bb));",
        "return strlen(cc));",
        "return strlen(dd));",
    ];
    let rows = [
        ("rust", RUST, "f(open$0);", "_file"),
        ("typescript", RUST, "f(open$0);", "_file"),
        ("c", C, "if (a) return s$0;", "trlen"),
        // Where nothing follows, the bracket is part of what is typed.
        ("rust", RUST, "f(open$0", "_file("),
        ("c", C, "return s$0", "trlen("),
    ];
    for (language, read, at, expect) in rows {
        let suggestions = suggestions(language, read, at, &ghost());
        let texts: Vec<&str> = suggestions.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, [expect], "{language} {at}");
    }
}

#[test]
fn a_suggestion_fits_the_rest_of_its_line() {
    check(&[
        row("rust", &["Some(v) => v,"], "Some(v) $0=> v,", ""),
        told(
            "rust",
            &["v.iter().map(|x| x + 1)"],
            "v.iter().ma$0(|x| x + 1)",
            "p",
        ),
        row(
            "rust",
            &["println!(\"hello\")"],
            "print$0ln!(\"hello\")",
            "",
        ),
        row(
            "rust",
            &["v.iter().filter_map(|x| x.ok())"],
            "v.iter().fil$0(|x| x.ok())",
            "ter_map",
        ),
        row(
            "python",
            &["self.width = width"],
            "self.$0 = width",
            "width",
        ),
        row("python", &["def area(self):"], "def$0 area(self):", ""),
        row(
            "typescript",
            &["const total = items.length;"],
            "const $0 = items.length;",
            "total",
        ),
        row("typescript", &["console.log(x)"], "console.l$0og(x)", ""),
        row(
            "c",
            &["int count = strlen(s);"],
            "int $0 = strlen(s);",
            "count",
        ),
        row("c", &["while (*p != 0)"], "while (*p $0!= 0)", ""),
        row(
            "go",
            &["\tresult := compute(x)"],
            "\t$0 := compute(x)",
            "result",
        ),
        row("go", &["fmt.Println(x)"], "fmt.Pri$0ntln(x)", ""),
    ]);
}

#[test]
fn blanks_are_nothing() {
    const RUST: &[&str] = &[
        "struct S {\n    aaa: u8,\n}",
        "struct S {\n    bbb: u8,\n}",
        "struct S {\n    ccc: u8,\n}",
        "struct S {\n    ddd: u8,\n}",
        "struct S {\n    eee: u8,\n}",
        "struct S {\n    fff: u8,\n}",
        "struct S {\n    ggg: u8,\n}",
        "struct S {\n    hhh: u8,\n}",
    ];
    const C: &[&str] = &[
        "struct s {\n\t\t\t\taaa;\n}",
        "struct s {\n\t\t\t\tbbb;\n}",
        "struct s {\n\t\t\t\tccc;\n}",
        "struct s {\n\t\t\t\tddd;\n}",
        "struct s {\n\t\t\t\teee;\n}",
        "struct s {\n\t\t\t\tfff;\n}",
        "struct s {\n\t\t\t\tggg;\n}",
        "struct s {\n\t\t\t\thhh;\n}",
    ];
    let rows = [
        ("rust", RUST, "struct S {\n$0\n}"),
        ("typescript", RUST, "struct S {\n$0\n}"),
        ("python", RUST, "struct S {\n $0\n"),
        ("c", C, "struct s {\n$0\n};"),
        ("go", C, "struct s {\n\t$0\n}"),
    ];
    for (language, read, at) in rows {
        assert_eq!(suggestions(language, read, at, &ghost()), [], "{language}");
        for suggestion in suggestions(language, read, at, &by_hand()) {
            assert!(!suggestion.text.trim().is_empty());
        }
    }
    // A model that knows blanks only.
    for at in ["x$0", "    $0", "f($0)", "a$0b"] {
        for options in [ghost(), by_hand()] {
            let blank = ["x          ", "                     ", "f(     ", "a      "];
            assert_eq!(suggestions("rust", &blank, at, &options), [], "{at}");
        }
    }
}

#[test]
fn blanks_that_lead_a_line_are_not_counted_as_typed() {
    let read = ["struct S {\n    a: u8,\n}"];
    let suggestions = suggestions("rust", &read, "struct S {\n$0\n}", &ghost());
    let lengths = |s: &Suggestion| {
        s.ends
            .iter()
            .map(|e| (e.length, e.typed))
            .collect::<Vec<_>>()
    };
    assert_eq!(suggestions[0].text, "    a: u8,");
    assert_eq!(lengths(&suggestions[0])[0], (5, 1));
}

#[test]
fn nothing_is_said_twice() {
    check(&[
        row(
            "rust",
            &["    push(0);\n    push(0);\n    push(0);\n    push(0);\n    push(0);\n"],
            "    push(0);\n    push(0);\n    push(0);\n    $0\n}",
            "push(0);",
        ),
        // As ghost text a line may begin as another, since it may yet go on otherwise.
        Row {
            language: "python",
            read: &["a.append(0)\na.append(0)\na.append(0)\na.append(0)\na.append(0)\n"],
            at: "a.append(0)\na.append(0)\na.append(0)\n$0",
            ghost: "a.append(0)\na.append(",
            by_hand: "a.append(0)",
        },
        row(
            "typescript",
            &["  a();\n  b();\n  a();\n  b();\n  a();\n  b();\n  a();\n  b();\n"],
            "  a();\n  b();\n  a();\n  b();\n  $0",
            "a();\n  b();",
        ),
        Row {
            language: "c",
            read: &[
                "  x = 1;\n  y = 2;\n  z = 3;\n  x = 1;\n  y = 2;\n  z = 3;\n  x = 1;\n  y = 2;\n  z = 3;\n  x = 1;\n",
            ],
            at: "  x = 1;\n  y = 2;\n  z = 3;\n  $0",
            ghost: "x = 1;\n  y = 2;\n  z = 3;\n  x = ",
            by_hand: "x = 1;\n  y = 2;\n  z = 3;",
        },
    ]);
}

#[test]
fn later_lines_end_at_a_token() {
    const PYTHON: &[&str] = &[
        "for a in b:\n    a.apaa",
        "for a in b:\n    a.apbb",
        "for a in b:\n    a.apcc",
        "for a in b:\n    a.apdd",
    ];
    const C: &[&str] = &[
        "if (a) {\n    init(state);\n    state_aa",
        "if (a) {\n    init(state);\n    state_bb",
        "if (a) {\n    init(state);\n    state_cc",
        "if (a) {\n    init(state);\n    state_dd",
    ];
    let rows = [
        ("python", PYTHON, "for a in b:$0", "\n    a."),
        ("c", C, "if (a) {$0", "\n    init(state);\n    "),
        ("typescript", C, "if (a) {$0", "\n    init(state);\n    "),
        ("go", C, "if (a) {$0", "\n    init(state);\n    "),
        // What is sure of a name saves typing on the cursor's own line.
        ("rust", C, "    init(state);\n    s$0", "tate_"),
    ];
    for (language, read, at, expect) in rows {
        let options = Options {
            glance_cost: Some(2.0),
            ..ghost()
        };
        let got = suggestions(language, read, at, &options);
        let first = got.first().map_or("", |s| s.text.as_str());
        assert_eq!(first, expect, "{language} {at}");
    }
    // Nor are they broken off by the budget.
    for (language, read, at, budget, expect) in [
        (
            "python",
            "x = [\n    1,\n    first, second\n]",
            "x = [$0",
            15,
            "\n    1,",
        ),
        ("rust", "fn f() {\n    first();\n}", "fn f() {$0", 8, ""),
        (
            "go",
            "if a {\n\tfirst(second)\n}",
            "if a {$0",
            10,
            "\n\tfirst(",
        ),
    ] {
        let options = Options {
            max_bytes: budget,
            ..by_hand()
        };
        let got = suggestions(language, &[read], at, &options);
        let first = got.first().map_or("", |s| s.text.as_str());
        assert_eq!(first, expect, "{language} {at}");
    }
}

#[test]
fn characters_stay_whole() {
    // The model is sure of the letters and not of the marks behind them.
    const LATIN: &[&str] = &["\"abcde\u{301}\"", "\"abcde\u{300}\"", "\"abcde\u{302}\""];
    let rows: [(&str, &[&str], &str, usize); 4] = [
        (
            "rust",
            &["\"नमस्क्षि\"", "\"नमस्क्षे\"", "\"नमस्क्षा\""],
            "\"नम$0",
            1,
        ),
        // A budget that ends behind a Latin letter does not know what comes.
        ("python", LATIN, "\"a$0", 7),
        (
            "typescript",
            &["'👩\u{200d}👩\u{200d}👧'", "'👩\u{200d}👩\u{200d}👦'"],
            "'$0",
            1,
        ),
        ("c", &["// กำหนด", "// กิน", "// กี่"], "// $0", 1),
    ];
    for (language, read, at, least) in rows {
        for max_bytes in least..30 {
            for options in [ghost(), by_hand()] {
                let options = Options {
                    max_bytes,
                    ..options
                };
                let before = fixture::split(at).0;
                for Suggestion { text, .. } in suggestions(language, read, at, &options) {
                    // What it ends in is a character of what it was read from.
                    let shown = format!("{before}{text}");
                    let whole = |known: &&&str| {
                        known.starts_with(&shown)
                            && (known
                                .grapheme_indices(true)
                                .any(|(at, _)| at == shown.len())
                                || known.len() == shown.len())
                    };
                    assert!(read.iter().any(|known| whole(&known)), "{text:?} at {at:?}");
                }
            }
        }
    }
    // Nothing comes between a letter and the mark that follows the cursor.
    for (language, at) in [
        ("rust", "\"क्ष$0ि\""),
        ("python", "\"cafe$0\u{301}\""),
        ("c", "// 👩$0\u{200d}👧"),
    ] {
        let read = ["\"क्षabcdef", "\"cafeabcdef", "// 👩abcdef"];
        for options in [ghost(), by_hand()] {
            assert_eq!(suggestions(language, &read, at, &options), [], "{at}");
        }
    }
}

#[test]
fn unasked_lists_hold_what_has_a_chance() {
    const WORDS: &[&str] = &[
        "so. alpha beta",
        "so. bravo beta",
        "so. candy beta",
        "so. delta beta",
        "so. extra beta",
    ];
    let list = |unasked| Options {
        unasked,
        temperature: 1.0,
        ..Options::default()
    };
    for (language, at) in [
        ("rust", "// so. $0"),
        ("rust", "let s = \"so. $0\""),
        ("python", "x = 1  # so. $0"),
        ("typescript", "const s = `so. $0`"),
        ("c", "/* so. $0"),
    ] {
        assert_eq!(suggestions(language, WORDS, at, &list(true)), [], "{at}");
        assert!(!suggestions(language, WORDS, at, &list(false)).is_empty());
        // A fifth is enough in code.
        let code = suggestions(language, WORDS, "so. $0", &list(true));
        assert!(!code.is_empty());
        // And what is likely enough is shown in sentences too.
        let sure = suggestions(language, &WORDS[..1], at, &list(true));
        assert!(sure[0].log_prob.exp() > 0.25, "{at}");
    }
    let unlikely = suggestions("rust", &["ab"], "xyz$0", &list(true));
    assert_eq!(unlikely, []);
}
