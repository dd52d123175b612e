//! Where editors and their configurations lie on this machine.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::Obstacle;

/// The folders of one user, and the programs there are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The user's home.
    pub home: PathBuf,
    /// Where configurations lie: `$XDG_CONFIG_HOME`, or `%APPDATA%`.
    pub config: PathBuf,
    /// Where Neovim keeps data, plugins among them: its `stdpath('data')`.
    pub neovim: PathBuf,
    /// Where Kate keeps its configuration.
    pub kate: PathBuf,
    /// Where the editors of JetBrains keep theirs.
    pub jetbrains: PathBuf,
    /// The folders in which programs are looked for. Relative ones are others in every
    /// folder and are passed over.
    pub path: Vec<PathBuf>,
    /// This program.
    pub program: PathBuf,
    /// The extension for VS Code, where the user named one.
    pub vsix: Option<PathBuf>,
}

impl Places {
    /// Those of the user who runs this program.
    ///
    /// # Errors
    /// If the system has no home for the user, or does not say where this program lies.
    pub fn here() -> Result<Self, Obstacle> {
        let folders = etcetera::choose_base_strategy().map_err(|_| Obstacle::NoHome)?;
        let (home, config) = (folders.home_dir().to_owned(), folders.config_dir());
        let named = env::var_os("NVIM_APPNAME").filter(|name| !name.is_empty());
        let neovim = named.unwrap_or_else(|| "nvim".into());
        let (neovim, kate, jetbrains) = if cfg!(windows) {
            let local = folders.cache_dir();
            let mut name = neovim;
            name.push("-data");
            (local.join(name), local, config.clone())
        } else if cfg!(target_os = "macos") {
            let library = home.join("Library");
            let support = library.join("Application Support");
            let data = folders.data_dir();
            (data.join(neovim), library.join("Preferences"), support)
        } else {
            let data = folders.data_dir();
            (data.join(neovim), config.clone(), config.clone())
        };
        let path = env::var_os("PATH").unwrap_or_default();
        Ok(Self {
            kate: kate.join("kate"),
            jetbrains: jetbrains.join("JetBrains"),
            home,
            config,
            neovim,
            path: env::split_paths(&path).collect(),
            program: env::current_exe().map_err(Obstacle::NoProgram)?,
            vsix: None,
        })
    }

    /// The program called `name`, if there is one.
    pub(crate) fn find(&self, name: &OsStr) -> Option<PathBuf> {
        let folders = self.path.iter().filter(|folder| folder.is_absolute());
        let path = env::join_paths(folders)
            .ok()
            .filter(|all| !all.is_empty())?;
        which::which_in_global(name, Some(path)).ok()?.next()
    }

    /// What editors call this program by: its name where that finds it, else its path.
    ///
    /// # Errors
    /// If that is no Unicode, which few configurations can say.
    pub(crate) fn command(&self) -> Result<String, Obstacle> {
        let name = self.program.file_stem().unwrap_or_default();
        let real = |path: &Path| path.canonicalize().ok();
        let is_found = self
            .find(name)
            .is_some_and(|found| real(&found) == real(&self.program));
        let command = match is_found {
            true => name,
            false => self.program.as_os_str(),
        };
        let said = command.to_str().map(str::to_owned);
        said.ok_or_else(|| Obstacle::NotUnicode(self.program.clone()))
    }
}
