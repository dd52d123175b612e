//! Watches the process of the editor that started the server.

use std::time::Duration;

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(2);

/// Waits until the process `id` is gone. Forever if it was never there, as for
/// an editor outside the container that the server runs in.
pub(crate) async fn gone(id: u32) {
    // Before the first wait: it may be gone after it.
    if !is_there(id) {
        return std::future::pending().await;
    }
    let mut looks = tokio::time::interval(INTERVAL);
    while is_there(id) {
        looks.tick().await;
    }
}

#[cfg(unix)]
fn is_there(id: u32) -> bool {
    let id = i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    // Another user's process is there as well, though it cannot be signalled.
    let gone = |id| rustix::process::test_kill_process(id) == Err(rustix::io::Errno::SRCH);
    id.is_some_and(|id| !gone(id))
}

#[cfg(windows)]
fn is_there(id: u32) -> bool {
    win32::process::is_there(id)
}
