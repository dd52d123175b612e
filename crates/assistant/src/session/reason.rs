//! Why nothing was offered: a code for programs and a sentence for people.

use completer::Stop;

use crate::documents::Document;
use crate::models::Absent;
use crate::settings::Silence;

/// Why an answer is empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum Reason {
    /// The setting `enabled` is false.
    Off,
    /// The language is among `disabledLanguages`.
    LanguageOff(String),
    /// The file is among `disabledFiles`.
    FileOff,
    /// The file may hold secrets, by its name.
    Secret,
    /// The model is still being read.
    Loading,
    /// The model cannot be used, for this reason.
    ModelFailed(String),
    /// The document is larger than is kept.
    TooLarge,
    /// What the editor has is not known, for this reason.
    OutOfStep(String),
    /// The entry selected in the editor's list spans lines.
    SeveralLines,
    /// Time was up before there was anything to show.
    Deadline,
    /// All that came to mind was blank or stands in the text already.
    NothingToAdd,
    /// Nothing was likely enough to be worth a look: the start of what came to
    /// mind has a chance of so many percent.
    NotWorthALook(u8),
    /// The text changed, or a newer request came.
    Superseded,
    /// The client took the request back.
    Cancelled,
    /// A bug; the log says where.
    Failed,
}

impl From<Silence> for Reason {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Off => Self::Off,
            Silence::LanguageOff(language) => Self::LanguageOff(language),
            Silence::FileOff => Self::FileOff,
            Silence::Secret => Self::Secret,
        }
    }
}

impl Reason {
    /// Why a completion that ended like this is empty.
    pub fn of(stop: Stop) -> Self {
        match stop {
            Stop::Deadline => Self::Deadline,
            Stop::NotWorthALook { percent } => Self::NotWorthALook(percent),
            _ => Self::NothingToAdd,
        }
    }

    /// Why there is no text of `document` to work on, if there is none.
    pub(super) fn without_text(document: &Document) -> Option<Self> {
        let out_of_step = document.out_of_step();
        let out_of_step = out_of_step.map(|why| Self::OutOfStep(why.to_owned()));
        out_of_step.or(document.too_large.then_some(Self::TooLarge))
    }

    /// Why nothing answered; `None` where the memory does without a model.
    pub fn absent(absent: Absent) -> Option<Self> {
        match absent {
            Absent::Failed(error) => Some(Self::ModelFailed(error)),
            Absent::Loading => Some(Self::Loading),
            Absent::NoModel => None,
        }
    }

    /// Whether the request ends with an error instead of an empty answer: the text has
    /// moved on, the client took the request back, or the work failed.
    pub(super) fn leaves_no_answer(&self) -> bool {
        matches!(self, Self::Superseded | Self::Cancelled | Self::Failed)
    }

    /// Stable: programs may depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::LanguageOff(_) => "language-off",
            Self::FileOff => "file-off",
            Self::Secret => "secret-file",
            Self::Loading => "loading",
            Self::ModelFailed(_) => "model-failed",
            Self::TooLarge => "document-too-large",
            Self::OutOfStep(_) => "out-of-step",
            Self::SeveralLines => "selection-spans-lines",
            Self::Deadline => "deadline",
            Self::NothingToAdd => "nothing-to-add",
            Self::NotWorthALook(_) => "not-worth-a-look",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The same for people: a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Off => "The setting `enabled` is false.".to_owned(),
            Self::LanguageOff(language) => {
                format!("`{language}` is one of the `disabledLanguages` in the settings.")
            }
            Self::FileOff => "The file is one of the `disabledFiles` in the settings.".to_owned(),
            Self::Secret => {
                "A file of this name may hold secrets (`secretFiles` allows it).".to_owned()
            }
            Self::Loading => "The model is being loaded.".to_owned(),
            Self::ModelFailed(error) => format!("The model cannot be used: {error}."),
            Self::TooLarge => "The document is larger than 32 MiB.".to_owned(),
            Self::OutOfStep(why) => {
                format!("The editor's text is not known: {why}. Saving or opening it again helps.")
            }
            Self::SeveralLines => "The selected entry spans several lines.".to_owned(),
            Self::Deadline => {
                "Time was up (`deadlineMs`) before there was anything to show.".to_owned()
            }
            Self::NothingToAdd => {
                "All that came to mind was blank, stands after the cursor already, or is part of a secret."
                    .to_owned()
            }
            Self::NotWorthALook(percent) => format!(
                "What came to mind has a chance of {percent} %, not worth a look (`eagerness`)."
            ),
            Self::Superseded => "The text changed, or a newer request came, first.".to_owned(),
            Self::Cancelled => "The editor took the request back.".to_owned(),
            Self::Failed => "The request failed inside the server; its log says where.".to_owned(),
        }
    }
}
