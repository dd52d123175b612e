//! Where the user wants nothing to be suggested.

use std::path::PathBuf;

use tower_lsp::lsp_types::Url;
use workspace::files;

use super::reason::Reason;
use super::settings::Settings;

impl Settings {
    /// Why nothing is to be suggested in the document at `uri`, in `language`, if
    /// nothing is.
    pub(super) fn silence(&self, uri: Option<&Url>, language: Option<&str>) -> Option<Reason> {
        if !self.enabled {
            return Some(Reason::Off);
        }
        let mut off = self.disabled_languages.iter();
        if let Some(language) = off.find(|off| Some(off.as_str()) == language) {
            return Some(Reason::LanguageOff(language.clone()));
        }
        let uri = uri?;
        let path = uri.to_file_path();
        let path = path.unwrap_or_else(|()| PathBuf::from(uri.path()));
        if self.disabled_files.matches(&path) {
            return Some(Reason::FileOff);
        }
        let secret = !self.secret_files && files::is_secret(&path);
        secret.then_some(Reason::Secret)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_that_may_hold_secrets_are_off_unless_allowed() {
        let silence = |settings, uri: &str| {
            let (settings, _) = Settings::parse([&settings]);
            settings.silence(Some(&uri.parse().expect("a uri")), None)
        };
        let secret = "file:///p/.env";
        assert_eq!(silence(json!({}), secret), Some(Reason::Secret));
        assert_eq!(silence(json!({"secretFiles": true}), secret), None);
        assert_eq!(silence(json!({}), "file:///p/main.rs"), None);
        assert_eq!(silence(json!({}), "untitled:Untitled-1"), None);
    }
}
