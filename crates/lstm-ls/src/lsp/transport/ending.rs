//! How far a session is from its end.

use tokio::sync::watch;

/// How far the session is from its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lsp) enum Ending {
    /// Requests are welcome.
    #[default]
    Open,
    /// `shutdown` came.
    ShutDown,
    /// `exit` came out of turn, or the client is gone or was turned away.
    ExitedEarly,
    /// `exit` came after `shutdown`.
    Exited,
}

impl Ending {
    /// Whether no further message will be read.
    pub(in crate::lsp) fn is_exit(self) -> bool {
        self >= Self::ExitedEarly
    }

    /// Whether the client has taken its leave.
    pub(in crate::lsp) fn is_orderly(self) -> bool {
        matches!(self, Self::ShutDown | Self::Exited)
    }

    fn exit(self) -> Self {
        match self {
            Self::ShutDown | Self::Exited => Self::Exited,
            Self::Open | Self::ExitedEarly => Self::ExitedEarly,
        }
    }
}

/// `shutdown` came.
pub(in crate::lsp) fn shut_down(ending: &watch::Sender<Ending>) {
    ending.send_modify(|ending| *ending = (*ending).max(Ending::ShutDown));
}

/// No further message is to be read.
pub(in crate::lsp) fn exit(ending: &watch::Sender<Ending>) {
    ending.send_modify(|ending| *ending = ending.exit());
}

/// Waits until no further message is to be read.
pub(in crate::lsp) async fn exited(ending: &mut watch::Receiver<Ending>) {
    // An error says that the service is gone: just as well.
    let _ = ending.wait_for(|ending| ending.is_exit()).await;
}
