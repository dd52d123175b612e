//! What comes back from a completion.

/// Ranked suggestions for one cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// Best first, distinct, none of them blank. Those that begin with the same
    /// word as a better one come last.
    pub suggestions: Vec<Suggestion>,
    /// Bytes before the cursor that every suggestion's text repeats: the length
    /// of the half-typed word with [`Options::heal_word`](crate::Options::heal_word), else 0.
    pub replaces: usize,
    /// Where the time went.
    pub micros: Micros,
    /// Why there are no more suggestions.
    pub stop: Stop,
}

/// Text to insert, and how likely the model holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What to insert in place of the [`Completion::replaces`] bytes before the cursor.
    pub text: String,
    /// Log-probability in nats of the decoded bytes after the cursor, under the
    /// model as it is: temperature 1, nothing masked, no end-of-line counted; then
    /// weighed by [`names_after`](crate::names_after).
    pub log_prob: f64,
    /// How many bytes that covers: `text` without what it replaces.
    pub bytes: usize,
    /// Log-probability in nats of the first `i + 1` of these bytes, `[bytes]`.
    pub cumulative: Vec<f64>,
    /// What suggestions are ranked by: log-probability in nats of everything
    /// that was decoded, trimmed text and the byte that ended it included,
    /// divided by the number of those bytes to the power of 0.7; weighed as `log_prob` is.
    ///
    /// The exponent lies between the plain sum (0), which prefers whatever stops
    /// first, and the mean per byte (1), which prefers whatever rambles on
    /// predictably (length penalty of Wu et al. 2016).
    pub score: f64,
    /// Whether each byte is the likeliest after those before it: what
    /// [`Strategy::Greedy`](crate::Strategy::Greedy) suggests, wherever it ranks
    /// among samples. A beam does not tell.
    pub likeliest: bool,
    /// Where what it adds may end, shortest first; the last end is its own.
    pub ends: Vec<End>,
}

/// A place where a suggestion may be cut: what stands around the cursor fits, brackets
/// match, and no character and on later lines no word is left in halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Bytes that are added up to here.
    pub length: usize,
    /// Keys that these take: editors indent by themselves.
    pub typed: usize,
}

/// See [`Suggestion::score`].
pub(crate) fn length_normalised(log_prob: f64, bytes: usize) -> f64 {
    log_prob / libm::pow(bytes.max(1) as f64, 0.7)
}

/// Microseconds by [`Request::clock`](crate::Request::clock).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Micros {
    /// Finding or computing the state at the cursor.
    pub prefix: u64,
    /// Decoding, trimming and ranking.
    pub decode: u64,
}

/// Why a completion holds no more suggestions than it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Every candidate ran to a stop rule or to its budget.
    Finished,
    /// The deadline passed first: candidates finished by then, or if none was,
    /// the unfinished ones cut back to whole words.
    Deadline,
    /// Candidates were decoded, but all were blank, stood in the text already,
    /// or did not start as they must.
    NothingToAdd,
    /// None of the suggestions was likely enough to be worth a look.
    NotWorthALook {
        /// Probability of the shortest start of one that might be shown.
        percent: u8,
    },
}
