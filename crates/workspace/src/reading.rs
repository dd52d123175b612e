//! Folders looked through: what of them is remembered, nearest first, as long as there
//! is room. Files that have not changed are not read again.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use code_index::{MOST_TEXT, Texts};
use disk::Stamp;
use language::secrets::without_secrets;

use crate::files::{self, Limits, Skipped};
use crate::identity;
use crate::nearness::{Candidate, Focus};
use crate::tree::Tree;
use crate::workspace::{Progress, Setup};

/// What others made gets one part in so many of the room.
const FOREIGN_SHARE: usize = 8;

/// One part in so many of the room is to spare until all is looked through again.
const SLACK: usize = 16;

/// Folders named in [`LeftOut`].
const MOST_NAMED: usize = 5;

/// What found no room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The opened folders' own folders that hold most of it, by bytes.
    pub folders: Vec<(PathBuf, u64)>,
}

/// What is known of a file that was read before.
pub(crate) type Known = HashMap<PathBuf, (Stamp, Arc<[u8]>)>;

/// What a look through all folders comes to.
#[derive(Default)]
pub(crate) struct Survey {
    /// The texts of each group, the nearest group first.
    pub(crate) groups: Vec<(String, Texts)>,
    pub(crate) stamps: HashMap<PathBuf, Stamp>,
    pub(crate) skipped: Vec<(PathBuf, Skipped)>,
    pub(crate) left_out: LeftOut,
    /// Folders of the user's own of which a file found no room.
    pub(crate) crowded: HashSet<PathBuf>,
}

/// How much more may be remembered.
pub(crate) struct Room {
    all: usize,
    foreign: usize,
}

impl Room {
    /// Room for at most so many bytes of text.
    pub(crate) fn new(most_text: usize) -> Self {
        Self {
            all: most_text,
            foreign: most_text / FOREIGN_SHARE,
        }
    }

    /// The same with something to spare for files that grow, so that not every change
    /// makes another one go.
    pub(crate) fn with_slack(most_text: usize) -> Self {
        Self::new(most_text.saturating_add(most_text / SLACK))
    }

    /// Whether there is room for `bytes` more.
    fn has(&self, bytes: usize, is_foreign: bool) -> bool {
        bytes <= self.all && (!is_foreign || bytes <= self.foreign)
    }

    /// Takes `bytes` of it. False if there is not so much.
    pub(crate) fn take(&mut self, bytes: usize, is_foreign: bool) -> bool {
        let has_room = self.has(bytes, is_foreign);
        if has_room {
            self.all -= bytes;
            self.foreign -= if is_foreign { bytes } else { 0 };
        }
        has_room
    }
}

/// What a walk through all folders comes to.
pub(crate) struct Found {
    /// The files that may be remembered, in no order.
    pub(crate) candidates: Vec<Candidate>,
    /// The folders that have a manifest.
    pub(crate) packages: HashSet<PathBuf>,
    /// Files of rules that can't be followed, for which their folders are left out.
    pub(crate) refused: Vec<(PathBuf, Skipped)>,
}

/// Walks through all folders. `before` hears of each of the user's own folders before it
/// is read.
pub(crate) fn find(setup: &Setup, mut before: impl FnMut(&Path)) -> Found {
    // Folders may hold one another; what is the user's own in one of them is.
    let mut found: HashMap<PathBuf, bool> = HashMap::new();
    let mut refused = Vec::new();
    for folder in &setup.folders {
        let walked = Tree::new(folder).walk(&mut before);
        refused.extend(walked.refused);
        for (path, is_foreign) in walked.files {
            *found.entry(path).or_insert(true) &= is_foreign;
        }
    }
    let manifests = found.keys().filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(language::is_manifest)
    });
    let packages: HashSet<PathBuf> = manifests
        .filter_map(|manifest| manifest.parent().map(Path::to_owned))
        .collect();
    let candidates = found.into_iter().filter_map(|(path, is_foreign)| {
        Some(Candidate {
            group: (setup.group_of)(&path)?,
            stamp: None,
            path,
            is_foreign,
        })
    });
    let mut candidates: Vec<Candidate> = candidates.collect();
    let paths: Vec<PathBuf> = candidates.iter().map(|one| one.path.clone()).collect();
    let stamps = Stamp::of_all(&paths);
    for (candidate, stamp) in candidates.iter_mut().zip(stamps) {
        candidate.stamp = stamp;
    }
    Found {
        candidates,
        packages,
        refused,
    }
}

/// Reads those of `candidates` that there is room for and that are not `known` as they
/// are. `was_looked_at` is called once for each.
pub(crate) fn survey(
    setup: &Setup,
    candidates: Vec<Candidate>,
    known: &Known,
    mut was_looked_at: impl FnMut(),
) -> Survey {
    let mut room = Room::new(setup.most_text);
    let mut survey = Survey::default();
    let mut groups: HashMap<String, (usize, usize)> = HashMap::new();
    let mut no_room = HashMap::new();
    let most = Limits::default().file;
    let now = SystemTime::now();
    for candidate in candidates {
        let Candidate {
            path,
            group,
            is_foreign,
            stamp,
        } = candidate;
        was_looked_at();
        let length = stamp.map_or(0, |stamp| {
            usize::try_from(stamp.length).unwrap_or(usize::MAX)
        });
        let same = known
            .get(&path)
            .filter(|(before, _)| Some(*before) == stamp);
        let text = match same {
            Some((_, text)) => Ok(Arc::clone(text)),
            // Not even read where it can't fit.
            None if length <= most && !room.has(length, is_foreign) => Err(Skipped::NoRoom),
            None => read(&path),
        };
        let next = survey.groups.len();
        let (place, held) = groups.entry(group.clone()).or_insert((next, 0));
        if *place == next {
            survey.groups.push((group, Texts::new()));
        }
        let text = text.and_then(|text| {
            // An index holds no more.
            let fits = *held + text.len() <= MOST_TEXT / 2 && room.take(text.len(), is_foreign);
            fits.then_some(text).ok_or(Skipped::NoRoom)
        });
        match text {
            Ok(text) => {
                *held += text.len();
                // Looked at before it was read: if it is written meanwhile, the stamp is
                // another, unless the clock of the file system is too coarse to tell.
                if let Some(stamp) = stamp.filter(|stamp| stamp.is_settled(now)) {
                    survey.stamps.insert(path.clone(), stamp);
                }
                survey.groups[*place].1.insert(path, text);
            }
            Err(why) => {
                if why == Skipped::NoRoom {
                    let bytes = stamp.map_or(0, |stamp| stamp.length);
                    survey.left_out.files += 1;
                    survey.left_out.bytes += bytes;
                    let folder = path.parent().filter(|_| !is_foreign);
                    survey.crowded.extend(folder.map(Path::to_owned));
                    *no_room.entry(top(setup, &path)).or_insert(0) += bytes;
                }
                survey.skipped.push((path, why));
            }
        }
    }
    let mut folders: Vec<(PathBuf, u64)> = no_room.into_iter().collect();
    folders.sort_by(|(a, most), (b, more)| more.cmp(most).then_with(|| a.cmp(b)));
    folders.truncate(MOST_NAMED);
    survey.left_out.folders = folders;
    survey
}

/// What there is room for in the folders of `setup`, without an index of it.
pub fn look_through(setup: &Setup) -> Progress {
    let mut setup = setup.clone();
    for folder in &mut setup.folders {
        *folder = identity(folder);
    }
    let Found {
        mut candidates,
        packages,
        refused: mut skipped,
    } = find(&setup, |_| {});
    Focus::default().order(&mut candidates, &packages, setup.group_of);
    let found = candidates.len();
    let survey = survey(&setup, candidates, &Known::new(), || {});
    let texts = survey.groups.iter().flat_map(|(_, texts)| texts.values());
    skipped.extend(survey.skipped);
    Progress {
        done: true,
        found,
        seen: found,
        files: texts.clone().count(),
        bytes: texts.map(|text| text.len()).sum(),
        left_out: survey.left_out,
        skipped: files::named(skipped),
        ..Progress::default()
    }
}

/// The opened folder's own folder that `path` lies in, or the opened folder.
fn top(setup: &Setup, path: &Path) -> PathBuf {
    let opened = setup.folders.iter().find(|f| path.starts_with(f));
    let inside = opened.and_then(|opened| path.ancestors().find(|f| f.parent() == Some(opened)));
    match (inside, opened) {
        (Some(inside), _) if inside != path => inside.to_owned(),
        (_, Some(opened)) => opened.clone(),
        (_, None) => PathBuf::new(),
    }
}

/// The text of the file at `path` if it is worth remembering, without what looks like a
/// secret: neither an index nor a cache ever has that.
pub(crate) fn read(path: &Path) -> Result<Arc<[u8]>, Skipped> {
    let text = files::read(path, Limits::default())?;
    Ok(without_secrets(text.into()).into())
}
