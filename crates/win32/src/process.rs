//! Processes: whether one is there, what its children hold, and how it gives way.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, HANDLE_FLAG_INHERIT, SetHandleInformation, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
/// How a process is started that has no console, so that the end of one does not end it.
pub use windows_sys::Win32::System::Threading::DETACHED_PROCESS;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, IDLE_PRIORITY_CLASS, OpenProcess, PROCESS_SYNCHRONIZE, SetPriorityClass,
    WaitForSingleObject,
};

/// Whether the process `id` is there and has not ended.
pub fn is_there(id: u32) -> bool {
    // SAFETY: it takes numbers alone.
    let process = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, id) };
    if process.is_null() {
        // Another user's is there as well, though it cannot be opened.
        let denied = Some(ERROR_ACCESS_DENIED as i32);
        return io::Error::last_os_error().raw_os_error() == denied;
    }
    // SAFETY: it was opened just now, and has no other owner.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(process.as_raw_handle(), 0) == WAIT_TIMEOUT }
}

/// Has the processes that are started from now on not hold this one's standard streams,
/// beside those that each is given: else the program that reads them waits for the end of all.
pub fn keep_standard_streams() {
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // SAFETY: it takes numbers alone; where there is no stream it is refused.
        unsafe { SetHandleInformation(GetStdHandle(stream), HANDLE_FLAG_INHERIT, 0) };
    }
}

/// Gives this process, and what it will start, the lowest priority.
pub fn give_way() {
    // SAFETY: this process is always there.
    unsafe { SetPriorityClass(GetCurrentProcess(), IDLE_PRIORITY_CLASS) };
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_is_there_until_it_ends() {
        assert!(is_there(std::process::id()));
        let mut command = Command::new("cmd");
        command.args(["/c", "pause"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("there is a shell");
        assert!(is_there(child.id()));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        // Its number stays its own as long as `child` is there.
        assert!(!is_there(child.id()));
    }
}
