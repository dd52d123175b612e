//! Work that takes long and that one task may wait for: reading files, mostly.

use futures_channel::oneshot;

/// Does `work` on a thread of its own, at once, whether the result is waited for or not;
/// `None` if it panics.
pub(super) fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Option<T>> + Send {
    let (sender, result) = oneshot::channel();
    std::thread::spawn(move || {
        // The caller may have left.
        let _ = sender.send(work());
    });
    async move { result.await.ok() }
}
