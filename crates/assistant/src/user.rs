//! The user's own folders.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::session::Kept;

const NAME: &str = "lstm-ls";

/// Where models and what belongs to them lie: `$XDG_DATA_HOME/lstm-ls`, or below
/// `%APPDATA%` on Windows. It need not exist.
pub fn data() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join(NAME))
}

/// Where model files of the user's lie, of which the server serves the newest of
/// a language.
pub fn models() -> Option<PathBuf> {
    data().map(|folder| folder.join("models"))
}

/// Where work goes on that can be taken up again.
pub fn work() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.cache_dir().join(NAME).join("retrain"))
}

/// Where things are kept between starts.
pub fn kept() -> Kept {
    let folders = etcetera::choose_base_strategy().ok();
    Kept {
        statistics: statistics(),
        caches: folders.map(|folders| folders.cache_dir().join(NAME)),
    }
}

/// Where the token lies that clients of a TCP address must name.
pub fn token() -> Option<PathBuf> {
    Some(statistics()?.with_file_name("tcp-token"))
}

/// Where what was counted lies: `$XDG_STATE_HOME/lstm-ls/statistics.json`, or
/// beside the models where the system has no folder for such things.
pub fn statistics() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Some(folder.join(NAME).join("statistics.json"))
}
