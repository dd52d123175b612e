//! Secrets that are told by their shape: tokens that begin in a way of their own, and
//! private keys between two lines of dashes.

use std::ops::Range;

use super::Beginnings;

/// What the rest of a token is made of.
#[derive(Clone, Copy)]
enum Of {
    /// Letters and digits.
    Letters,
    /// Capitals and digits.
    Capitals,
    /// Those of base64 for URLs: `-` and `_` too.
    Url,
    /// Three parts as those, with a dot between two.
    ThreeParts,
}

/// How a token begins, how long the rest is at least and at most, and what of.
struct Shape(&'static str, usize, usize, Of);

/// Every shape that is known, by the beginning.
const SHAPES: &[Shape] = &[
    // Amazon: a user's key and one that runs out.
    Shape("AKIA", 16, 16, Of::Capitals),
    Shape("ASIA", 16, 16, Of::Capitals),
    // Google.
    Shape("AIza", 35, 35, Of::Url),
    Shape("ya29.", 20, 512, Of::Url),
    Shape("GOCSPX-", 20, 64, Of::Url),
    // GitHub, GitLab.
    Shape("ghp_", 30, 255, Of::Letters),
    Shape("gho_", 30, 255, Of::Letters),
    Shape("ghu_", 30, 255, Of::Letters),
    Shape("ghs_", 30, 255, Of::Letters),
    Shape("ghr_", 30, 255, Of::Letters),
    Shape("github_pat_", 22, 255, Of::Url),
    Shape("glpat-", 20, 64, Of::Url),
    // Registries of packages.
    Shape("npm_", 36, 36, Of::Letters),
    Shape("pypi-AgE", 50, 512, Of::Url),
    // Slack, Stripe, SendGrid, OpenAI, Anthropic, Hugging Face, DigitalOcean, Shopify.
    Shape("xoxa-", 10, 255, Of::Url),
    Shape("xoxb-", 10, 255, Of::Url),
    Shape("xoxp-", 10, 255, Of::Url),
    Shape("xoxr-", 10, 255, Of::Url),
    Shape("xoxs-", 10, 255, Of::Url),
    Shape("sk_live_", 16, 255, Of::Letters),
    Shape("rk_live_", 16, 255, Of::Letters),
    Shape("whsec_", 24, 255, Of::Letters),
    Shape("SG.", 20, 64, Of::Url),
    Shape("sk-proj-", 20, 255, Of::Url),
    Shape("sk-ant-", 20, 255, Of::Url),
    Shape("hf_", 30, 64, Of::Letters),
    Shape("dop_v1_", 64, 64, Of::Letters),
    Shape("shpat_", 32, 32, Of::Letters),
    // A JSON web token: its first two parts begin with `{"`.
    Shape("eyJ", 40, 4096, Of::ThreeParts),
];

/// Around the name of what lies between two lines, as in `-----BEGIN PRIVATE KEY-----`.
const DASHES: &[u8] = b"-----";
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const KEY: &[u8] = b"PRIVATE KEY";

/// Bytes of such a line.
const LONGEST_LINE: usize = 80;

/// Bytes without a break that a key has and code around a constant has not.
const KEY_RUN: usize = 20;

/// What ends a key that has no last line: a word of so many bytes. Before the first run
/// there are a few, such as `Proc-Type: 4,ENCRYPTED`.
const SHORTEST_WORD: usize = 3;
const MOST_HEADERS: usize = 16;

/// Different bytes of a token that is none but stands for one, such as `xxxx`, at most.
const FEW: u32 = 5;

/// What shapes begin with.
pub(super) const fn mark(mut words: Beginnings) -> Beginnings {
    let mut at = 0;
    while at < SHAPES.len() {
        words = words.with(SHAPES[at].0.as_bytes(), true);
        at += 1;
    }
    words.with(BEGIN, true)
}

/// The secret behind the beginning that stands at `at`.
pub(super) fn at(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = &text[at..];
    if rest.starts_with(BEGIN) {
        return key(text, at);
    }
    // In the middle of a longer word nothing begins, and so no word is gone through twice.
    let before = at.checked_sub(1).map(|before| text[before]);
    if before.is_some_and(|before| super::is_plain(before) || before == b'-') {
        // Behind an escaped line end in a literal something may.
        let escaped = at >= 2 && text[at - 2] == b'\\';
        if !escaped {
            return None;
        }
    }
    let shape = SHAPES
        .iter()
        .find(|shape| rest.starts_with(shape.0.as_bytes()))?;
    let start = at + shape.0.len();
    let length = shape.length(&text[start..])?;
    let token = &text[start..start + length];
    (different(token) > FEW).then_some(start..start + length)
}

impl Shape {
    /// How long the rest of the token is that `text` begins with.
    fn length(&self, text: &[u8]) -> Option<usize> {
        let &Self(_, least, most, of) = self;
        let run = |text: &[u8], is_in: fn(u8) -> bool| {
            let ahead = &text[..text.len().min(most + 1)];
            ahead.iter().take_while(|&&byte| is_in(byte)).count()
        };
        let is_url = |byte: u8| super::is_plain(byte) || byte == b'-';
        let length = match of {
            Of::Letters => run(text, |byte| byte.is_ascii_alphanumeric()),
            Of::Capitals => {
                let length = run(text, |byte| {
                    byte.is_ascii_uppercase() || byte.is_ascii_digit()
                });
                // Part of a longer word, it is something else.
                let ends = text.get(length).is_none_or(|&byte| !super::is_plain(byte));
                if ends { length } else { 0 }
            }
            Of::Url => run(text, is_url),
            Of::ThreeParts => {
                let mut length = 0;
                for part in 0..3 {
                    let found = run(&text[length..], is_url);
                    length += found;
                    // The last is its signature, which may be typed yet.
                    if part < 2 {
                        if found < 8 || text.get(length) != Some(&b'.') {
                            return None;
                        }
                        length += 1;
                    }
                }
                length
            }
        };
        (least..=most).contains(&length).then_some(length)
    }
}

/// The private key whose first line begins at `at`, up to the dashes that end it or to the
/// end of the text.
fn key(text: &[u8], at: usize) -> Option<Range<usize>> {
    let named = at + BEGIN.len();
    let line = &text[named..text.len().min(named + LONGEST_LINE)];
    let end = find(line, DASHES)?;
    find(&line[..end], KEY)?;
    let start = named + end + DASHES.len();
    // Where no key ends, another begins here or later, or the text ends.
    let rest = &text[start..];
    let length = find(rest, DASHES).unwrap_or(rest.len());
    let typed = typed(&rest[..length])?;
    let length = if rest[length..].starts_with(END) {
        length
    } else {
        typed
    };
    Some(start..start + length)
}

/// How many bytes of `text`, which has no end of a key, are one all the same: its long runs
/// up to the first word, but for a few before them; `None` if there is no long run.
fn typed(text: &[u8]) -> Option<usize> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let (mut end, mut at, mut words) = (None, 0, 0);
    for run in text.split(|byte| !is_base64(byte)) {
        if run.len() >= KEY_RUN {
            end = Some(at + run.len());
        } else if run.len() >= SHORTEST_WORD {
            words += 1;
            if end.is_some() || words > MOST_HEADERS {
                break;
            }
        }
        at += run.len() + 1;
    }
    end
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

/// How many different bytes there are in `text`.
pub(super) fn different(text: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    for &byte in text {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|part| part.count_ones()).sum()
}
