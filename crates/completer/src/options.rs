//! What is asked of a completion.

use std::time::Duration;

use code_index::Layer;

use crate::cancel::Clock;
use crate::show::Ignored;

/// One cursor in one document, and how to complete there.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Path or URI of the document; only its last component is used, for the
    /// document header.
    pub path: &'a str,
    /// Text before the cursor.
    pub before: Before<'a>,
    /// Text after the cursor; what is within [`Completer::reach`](crate::Completer::reach)
    /// suffices, and a cut in the middle of a line is harmless.
    pub after: &'a str,
    /// Language of the document, as an LSP identifier.
    pub language: &'a str,
    /// What is remembered of the user's other files, without this one; the text
    /// before the cursor is then remembered too. `None` leaves the LSTM alone.
    pub memory: Option<&'a Layer>,
    /// How to complete.
    pub options: &'a Options,
    /// What the deadline and the times taken are told by.
    pub clock: Clock<'a>,
}

/// The text before a cursor, or at least the last bytes of it that are within
/// [`Completer::reach`](crate::Completer::reach).
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// UTF-8, ending at a character boundary; it may begin in the middle of one.
    pub text: &'a [u8],
    /// Offset of `text[0]` in the document, in bytes. If it is not 0 and `text`
    /// is shorter than the reach, `text` is completed as a document of its own.
    pub start: usize,
}

impl<'a> Before<'a> {
    /// All the text before the cursor.
    pub fn whole(text: &'a [u8]) -> Self {
        Self { text, start: 0 }
    }
}

/// How candidates are drawn from the model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The likeliest text, which is always kept, and independent samples, one
    /// random stream each.
    /// Thrice as many as [`Options::candidates`] are decoded, but at most 16 (or
    /// as many as asked for, if more), and the best distinct ones kept: those
    /// that agree so far share one state and cost what one costs. Where the
    /// model is sure, fewer distinct suggestions than asked for come out.
    #[default]
    Sample,
    /// The likeliest byte each time; one suggestion.
    Greedy,
    /// Beam search, `candidates` wide; ends when that many finished candidates
    /// have a higher [`score`](crate::Suggestion::score) than all that still grow.
    Beam,
}

/// Bytes around a cursor that a completion can depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Before it.
    pub before: usize,
    /// After it.
    pub after: usize,
}

/// Whether suggestions may span lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiLine {
    /// They end with the line.
    #[default]
    Off,
    /// They span lines at the end of a line that opens a block, on a blank line, and
    /// at the end of any line where a suggestion was
    /// [`just_accepted`](Options::just_accepted); never inside a line, but what closes
    /// brackets of earlier lines may stand behind the cursor.
    Auto,
    /// They may everywhere.
    Always,
}

/// How to complete. `Options::default()` suits inline completion of one line;
/// its numbers are the defaults of everything that lets a user set them.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Most suggestions to return, at most 64. 0 only brings the prefix state
    /// up to date, so that the next request finds it.
    pub candidates: usize,
    /// How candidates are drawn.
    pub strategy: Strategy,
    /// Divides the log-probabilities before sampling; 0 or less is greedy.
    pub temperature: f32,
    /// Samples from the likeliest bytes that together have this probability
    /// (nucleus sampling, Holtzman et al. 2019); 1 or more is no limit.
    pub top_p: f32,
    /// Samples from this many bytes at most; 0 is no limit.
    pub top_k: usize,
    /// Seeds the random streams. Same request, same seed, same completion.
    pub seed: u64,
    /// Most bytes to decode for a candidate.
    pub max_bytes: usize,
    /// Whether a suggestion may span lines.
    pub multi_line: MultiLine,
    /// Whether the text before the cursor ends with an accepted suggestion, for
    /// [`MultiLine::Auto`].
    pub just_accepted: bool,
    /// Whether suggestions repeat the half-typed word before the cursor, for
    /// clients that replace it; see [`Completion::replaces`](crate::Completion::replaces).
    pub heal_word: bool,
    /// What looking at a wrong suggestion costs, in keystrokes. Each suggestion is
    /// cut where it is expected to save most ([`show`](crate::show)), the one that
    /// saves most comes first, and what is not worth a look is dropped. `None`
    /// shows everything, whole.
    pub glance_cost: Option<f64>,
    /// Whether suggestions come without having been asked for, as a list that an editor
    /// opens while its user types: then none are below a chance of 2 %, and in comments
    /// and strings none below 25 %.
    pub unasked: bool,
    /// Whether candidates are scored anew by the names after the cursor
    /// ([`names_after`](crate::names_after)).
    pub rescoring: bool,
    /// What was shown at the cursor before and not accepted; with a
    /// [`glance_cost`](Self::glance_cost), that is a reason not to show it again.
    pub ignored: Ignored,
    /// Time of [`Request::clock`] at which to stop and return what there is.
    pub deadline: Option<Duration>,
    /// What every suggestion's text must start with, the healed word included,
    /// such as the entry selected in the editor's own list. Suggestions that do
    /// not go beyond it are dropped.
    pub must_start_with: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            candidates: 5,
            strategy: Strategy::Sample,
            temperature: 0.8,
            top_p: 0.95,
            top_k: 0,
            seed: 0,
            max_bytes: 120,
            multi_line: MultiLine::Off,
            just_accepted: false,
            heal_word: false,
            glance_cost: None,
            unasked: false,
            rescoring: true,
            ignored: Ignored::default(),
            deadline: None,
            must_start_with: None,
        }
    }
}

impl Options {
    /// How ghost text is made while a typist types, where a look at a wrong one costs `cost`
    /// keystrokes: the likeliest way on, over several lines where that is natural.
    pub fn ghost(cost: f64) -> Self {
        Self {
            strategy: Strategy::Greedy,
            candidates: 1,
            glance_cost: Some(cost),
            multi_line: MultiLine::Auto,
            ..Self::default()
        }
    }

    /// More candidates than this are not decoded.
    pub(crate) const MOST_CANDIDATES: usize = 64;
}
