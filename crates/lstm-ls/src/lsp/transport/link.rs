//! What is true of a client because of the way it is connected.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// How one client is connected.
#[derive(Clone, Debug)]
pub struct Link {
    /// What the client must name as `token` in its `initializationOptions`.
    pub token: Option<Arc<str>>,
    /// Longest time a message may take to be read by the client; without one
    /// it may stop reading for good.
    pub patience: Option<Duration>,
    /// Whether the process that the client names is on this machine, so that
    /// its end is the end of the session.
    pub watches_process: bool,
    /// Whether the next message is looked for where the stream holds something else. What
    /// comes over a socket may be another protocol, with a message of ours in its text: a
    /// page in a browser can send that.
    pub resynchronises: bool,
    /// Becomes true when the server is to stop.
    pub stop: watch::Receiver<bool>,
    /// Its place among those that have not said hello, of which there are only so many.
    pub place: Place,
}

/// A place that is given up once the client has said hello.
#[derive(Clone, Debug, Default)]
pub struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    /// This one.
    pub fn taken(permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(Mutex::new(Some(permit))))
    }

    /// Leaves it to another client.
    pub(in crate::lsp) fn give_up(&self) {
        self.0.lock().take();
    }
}

impl Link {
    /// A client at the other end of this process's own pipes.
    pub fn pipes() -> Self {
        Self {
            token: None,
            patience: None,
            watches_process: true,
            resynchronises: true,
            // The sender may go: the last value stays.
            stop: watch::channel(false).1,
            place: Place::default(),
        }
    }

    /// Takes the token out of the client's options. False if it is not the one.
    pub(in crate::lsp) fn admits(&self, options: Option<&mut Value>) -> bool {
        let options = options.and_then(Value::as_object_mut);
        let given = options.and_then(|options| options.remove("token"));
        match &self.token {
            None => true,
            Some(token) => {
                let given = given.as_ref().and_then(Value::as_str);
                given.is_some_and(|given| same(given.as_bytes(), token.as_bytes()))
            }
        }
    }
}

/// Compares in a time that depends on the lengths alone.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).map(|(a, b)| a ^ b);
    a.len() == b.len() && differences.fold(0, |all, one| all | one) == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_token_opens_the_door_and_it_is_no_setting() {
        let mut link = Link::pipes();
        link.token = Some("secret".into());
        let mut options = json!({"token": "secret", "candidates": 1});
        assert!(link.admits(Some(&mut options)));
        assert_eq!(options, json!({"candidates": 1}));
        for wrong in [
            json!({"token": "secreT"}),
            json!({"token": 5}),
            json!({}),
            json!(1),
        ] {
            assert!(!link.admits(Some(&mut wrong.clone())), "{wrong}");
        }
        assert!(!link.admits(None));
        link.token = None;
        assert!(link.admits(None));
    }
}
