//! Which licence expressions let everyone use the code.
//!
//! SPDX expressions (SPDX 2.3, annex D): identifiers joined by `WITH`, `AND` and
//! `OR`, binding in that order, and parentheses. Old manifests write `/` for `OR`.

/// Licences that ask for no more than a notice.
const PERMISSIVE: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA",
    "PSF-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Everyday names of licences, as the words that are left of them in alphabetical
/// order, and their SPDX identifiers.
const NAMES: [(&str, &str); 25] = [
    ("0 2 apache", "Apache-2.0"),
    ("0 2 apache asl", "Apache-2.0"),
    ("0 2 apache asl2", "Apache-2.0"),
    ("2 apache", "Apache-2.0"),
    ("apache", "Apache-2.0"),
    ("2 bsd", "BSD-2-Clause"),
    ("2 bsd simplified", "BSD-2-Clause"),
    ("bsd simplified", "BSD-2-Clause"),
    ("3 bsd", "BSD-3-Clause"),
    ("3 bsd modified", "BSD-3-Clause"),
    ("3 bsd new", "BSD-3-Clause"),
    ("3 bsd or revised new", "BSD-3-Clause"),
    ("bsd modified", "BSD-3-Clause"),
    ("bsd new", "BSD-3-Clause"),
    // Which of the two is not said; both are permissive.
    ("bsd", "BSD-2-Clause OR BSD-3-Clause"),
    ("0 1 cc0 universal", "CC0-1.0"),
    ("isc", "ISC"),
    ("isc iscl", "ISC"),
    ("expat", "MIT"),
    ("mit", "MIT"),
    ("0 mit", "MIT-0"),
    ("2 foundation psf python", "PSF-2.0"),
    ("foundation python", "PSF-2.0"),
    ("psf", "PSF-2.0"),
    ("libpng zlib", "Zlib"),
];

/// The SPDX expression that `name` stands for, where it is an everyday name of a
/// licence such as "The MIT License"; else `name` itself.
pub fn of_name(name: &str) -> String {
    if is_permissive(name) {
        return name.to_owned();
    }
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words = words.map(|word| match word.strip_prefix('v') {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => number,
        _ => word,
    });
    let says_nothing = [
        "", "the", "license", "licence", "software", "version", "clause", "v",
    ];
    let mut words: Vec<&str> = words.filter(|word| !says_nothing.contains(word)).collect();
    words.sort_unstable();
    words.dedup();
    let words = words.join(" ");
    let known = NAMES.iter().find(|(known, _)| *known == words);
    known.map_or(name, |(_, spdx)| spdx).to_owned()
}

/// Parentheses deeper than this are no licence anyone wrote.
const DEEPEST: usize = 32;

/// Whether `expression` can be met by permissive licences alone. What is not an
/// SPDX expression is not.
pub fn is_permissive(expression: &str) -> bool {
    let mut spaced = expression.to_owned();
    for mark in ["(", ")", "/"] {
        spaced = spaced.replace(mark, &format!(" {mark} "));
    }
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser {
        tokens: &tokens,
        depth: 0,
    };
    parser.alternatives() == Some(true) && parser.tokens.is_empty()
}

/// Each method reads one level of the grammar and says whether it is
/// permissive, or `None` where the grammar is broken.
struct Parser<'a> {
    /// What is not read yet.
    tokens: &'a [&'a str],
    depth: usize,
}

impl<'a> Parser<'a> {
    fn alternatives(&mut self) -> Option<bool> {
        let mut any = self.conjunction()?;
        while self.take("OR") || self.take("/") {
            any |= self.conjunction()?;
        }
        Some(any)
    }

    fn conjunction(&mut self) -> Option<bool> {
        let mut all = self.license()?;
        while self.take("AND") {
            all &= self.license()?;
        }
        Some(all)
    }

    fn license(&mut self) -> Option<bool> {
        if self.take("(") {
            self.depth += 1;
            let inside = (self.depth <= DEEPEST).then(|| self.alternatives())??;
            self.depth -= 1;
            return self.take(")").then_some(inside);
        }
        let id = self.identifier()?;
        if self.take("WITH") {
            let exception = self.identifier()?;
            let both = format!("{id} WITH {exception}");
            return Some(PERMISSIVE.contains(&both.as_str()));
        }
        Some(PERMISSIVE.contains(&id))
    }

    fn identifier(&mut self) -> Option<&'a str> {
        let (&first, rest) = self.tokens.split_first()?;
        if matches!(first, "(" | ")" | "/" | "AND" | "OR" | "WITH") {
            return None;
        }
        self.tokens = rest;
        Some(first)
    }

    /// Whether the next token is `token`, which is then read.
    fn take(&mut self, token: &str) -> bool {
        match self.tokens.split_first() {
            Some((&first, rest)) if first == token => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_permissive_alternative_is_enough() {
        for expression in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "(MIT OR Apache-2.0) AND Unicode-DFS-2016",
            "GPL-3.0 OR (MIT AND (ISC OR MPL-2.0))",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_permissive(expression), "{expression}");
        }
    }

    #[test]
    fn everyday_names_become_identifiers() {
        for (name, expected) in [
            ("MIT", "MIT"),
            ("The MIT License (MIT)", "MIT"),
            ("Expat", "MIT"),
            ("Apache License, Version 2.0", "Apache-2.0"),
            ("Apache License v2.0", "Apache-2.0"),
            ("Apache 2", "Apache-2.0"),
            ("BSD 3-Clause License", "BSD-3-Clause"),
            ("BSD-2-clause", "BSD-2-Clause"),
            ("BSD", "BSD-2-Clause OR BSD-3-Clause"),
            ("ISC License (ISCL)", "ISC"),
            ("Python Software Foundation License", "PSF-2.0"),
            ("GPL-3.0", "GPL-3.0"),
            ("Apache License 1.1", "Apache License 1.1"),
            ("MIT or proprietary", "MIT or proprietary"),
        ] {
            assert_eq!(of_name(name), expected);
            assert_eq!(is_permissive(&of_name(name)), is_permissive(expected));
        }
    }

    #[test]
    fn no_way_around_another_licence_is_refused() {
        for expression in [
            "",
            "GPL-3.0",
            "MPL-2.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND GPL-3.0",
            "GPL-3.0 AND (MIT OR Apache-2.0)",
            "GPL-3.0 AND MIT/Apache-2.0 AND GPL-3.0",
            "GPL-3.0 WITH MIT",
        ] {
            assert!(!is_permissive(expression), "{expression}");
        }
    }

    #[test]
    fn broken_expressions_are_refused() {
        let deep = format!("{}MIT{}", "(".repeat(10_000), ")".repeat(10_000));
        for expression in ["(MIT", "MIT)", "MIT OR", "OR MIT", "MIT Apache-2.0", &deep] {
            assert!(!is_permissive(expression), "{expression}");
        }
    }
}
