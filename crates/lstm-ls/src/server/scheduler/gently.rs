//! Threads that give way: to those that somebody waits for, and to whatever else
//! the user's machine does.

use tokio::runtime::Handle;

/// How much they give way, as `nice` counts it.
#[cfg(target_os = "linux")]
const NICE: i32 = 15;

/// Does `work` on a thread of its own at a low priority, which no thread can
/// give back. Inside a runtime, and so is the work.
pub(super) fn spawn(work: impl FnOnce() + Send + 'static) {
    let runtime = Handle::current();
    std::thread::spawn(move || {
        let _inside = runtime.enter();
        // On Linux this is the priority of the thread. Refused, it works as others do.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::setpriority_process(None, NICE);
        work();
    });
}
