//! Where the user wants nothing to be suggested.

use std::path::Path;

use workspace::files;

use super::Settings;

/// Why the settings let nothing be suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The setting `enabled` is false.
    Off,
    /// The language is among `disabledLanguages`.
    LanguageOff(String),
    /// The file is among `disabledFiles`.
    FileOff,
    /// The file may hold secrets, by its name.
    Secret,
}

impl Settings {
    /// Why nothing is to be suggested in the document at `path`, in `language`, if
    /// nothing is.
    pub fn silence(&self, path: Option<&Path>, language: Option<&str>) -> Option<Silence> {
        if !self.enabled {
            return Some(Silence::Off);
        }
        let mut off = self.disabled_languages.iter();
        let is_off = |off: &&String| language.is_some_and(|is| language::is_same(off, is));
        if let Some(language) = off.find(is_off) {
            return Some(Silence::LanguageOff(language.clone()));
        }
        let path = path?;
        if self.disabled_files.matches(path) {
            return Some(Silence::FileOff);
        }
        let secret = !self.secret_files && files::is_secret(path);
        secret.then_some(Silence::Secret)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn languages_are_off_by_any_of_their_names() {
        let (settings, _) = Settings::parse([&json!({"disabledLanguages": ["Rust", "sh", "Foo"]})]);
        let silence = |language| settings.silence(None, Some(language));
        let off = |name: &str| Some(Silence::LanguageOff(name.to_owned()));
        assert_eq!(silence("rust"), off("Rust"));
        assert_eq!(silence("shellscript"), off("sh"));
        assert_eq!(silence("foo"), off("Foo"));
        assert_eq!(silence("python"), None);
    }

    #[test]
    fn files_that_may_hold_secrets_are_off_unless_allowed() {
        let silence = |settings, path: &str| {
            let (settings, _) = Settings::parse([&settings]);
            settings.silence(Some(Path::new(path)), None)
        };
        let secret = "/p/.env";
        assert_eq!(silence(json!({}), secret), Some(Silence::Secret));
        assert_eq!(silence(json!({"secretFiles": true}), secret), None);
        assert_eq!(silence(json!({}), "/p/main.rs"), None);
        assert_eq!(silence(json!({}), "Untitled-1"), None);
    }
}
