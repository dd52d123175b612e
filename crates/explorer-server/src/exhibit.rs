//! The models that can be looked into.

use std::sync::{Arc, OnceLock};

use explorer::question::Explorer;

/// Makes a model ready, or says in one line why it cannot.
type Open = Box<dyn Fn() -> Result<Explorer, String> + Send + Sync>;

/// A model that can be looked into, made ready when it is first asked about.
pub struct Exhibit {
    /// The name it has in links.
    pub name: String,
    /// What people call it.
    pub title: String,
    open: Open,
    opened: OnceLock<Result<Arc<Explorer>, String>>,
}

impl Exhibit {
    /// One that `open` makes ready.
    pub fn new(
        name: String,
        title: String,
        open: impl Fn() -> Result<Explorer, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            title,
            open: Box::new(open),
            opened: OnceLock::new(),
        }
    }

    /// One that is ready already.
    pub fn opened(name: String, title: String, explorer: Explorer) -> Self {
        let opened = OnceLock::from(Ok(Arc::new(explorer)));
        Self {
            opened,
            ..Self::new(name, title, || Err("it is opened already".to_owned()))
        }
    }

    /// What is looked into; takes a while the first time.
    pub(crate) fn explorer(&self) -> Result<Arc<Explorer>, String> {
        self.opened
            .get_or_init(|| (self.open)().map(Arc::new))
            .clone()
    }
}
