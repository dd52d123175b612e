//! Named pipes between the processes of one user.
//!
//! Any user can see the names of all pipes, and make one whose name is free. So a pipe is
//! made with a list of who may use it, which is its user alone, and who connects to one looks
//! whose it is.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr::null_mut;

use tokio::net::windows::named_pipe::{
    ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
};
use windows_sys::Win32::Foundation::{ERROR_PIPE_BUSY, HLOCAL, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, OWNER_SECURITY_INFORMATION, PSID, SECURITY_ATTRIBUTES, TOKEN_QUERY,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// What the system allocated for the caller to free.
struct Local<T>(*mut T);

impl<T> Drop for Local<T> {
    fn drop(&mut self) {
        // SAFETY: it comes from a call that says to free it so, and is freed once.
        unsafe { LocalFree(self.0 as HLOCAL) };
    }
}

/// An end of the pipe called `name` for one client, who must be this user's; the first end,
/// or one more.
///
/// # Errors
/// If the system refuses, as where there is a first one already, or outside a runtime.
pub fn listen(name: &str, is_first: bool) -> io::Result<NamedPipeServer> {
    let user = user()?;
    // Its owner, and the list of who may do what: that user everything.
    let rights = format!("O:{user}D:P(A;;GA;;;{user})\0");
    let rights: Vec<u16> = rights.encode_utf16().collect();
    let mut descriptor = null_mut();
    // SAFETY: `rights` ends with a zero, and `descriptor` is where a pointer goes.
    let is_made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            rights.as_ptr(),
            SDDL_REVISION_1,
            &mut descriptor,
            null_mut(),
        )
    };
    if is_made == 0 {
        return Err(io::Error::last_os_error());
    }
    let descriptor = Local(descriptor);
    let mut attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let mut options = ServerOptions::new();
    options.first_pipe_instance(is_first);
    options.reject_remote_clients(true);
    // SAFETY: the attributes are whole, and they and what they point at outlive the call.
    unsafe { options.create_with_security_attributes_raw(name, (&raw mut attributes).cast()) }
}

/// Connects to the pipe called `name`.
///
/// # Errors
/// If there is none, none of its ends is free ([`is_busy`]), or outside a runtime.
pub fn connect(name: &str) -> io::Result<NamedPipeClient> {
    ClientOptions::new().open(name)
}

/// Whether [`connect`] failed because all ends of the pipe have a client at the moment.
pub fn is_busy(error: &io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_PIPE_BUSY as i32)
}

/// Whether the pipe is this user's. Only an administrator can give one away.
///
/// # Errors
/// If the system does not tell.
pub fn is_own(pipe: &NamedPipeClient) -> io::Result<bool> {
    let (mut owner, mut descriptor) = (null_mut(), null_mut());
    // SAFETY: the handle is open, and what is filled in is there.
    let failed = unsafe {
        GetSecurityInfo(
            pipe.as_raw_handle(),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            &mut owner,
            null_mut(),
            null_mut(),
            null_mut(),
            &mut descriptor,
        )
    };
    if failed != 0 {
        return Err(io::Error::from_raw_os_error(failed as i32));
    }
    let _descriptor = Local(descriptor);
    if owner.is_null() {
        return Ok(false);
    }
    // SAFETY: it points into the descriptor, which is not freed yet.
    Ok(unsafe { name_of(owner) }? == user()?)
}

/// The user of this process, as Windows numbers users: `S-1-5-21-…`.
fn user() -> io::Result<String> {
    let mut token = null_mut();
    // SAFETY: this process is always there, and `token` is where a handle goes.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was opened just now, and has no other owner.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // More than a user's number takes, and aligned as its pointer must be.
    let mut room = [0_u64; 32];
    let mut length = 0;
    // SAFETY: `room` has the size that is told, and the handle is open.
    let is_told = unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            room.as_mut_ptr().cast(),
            size_of_val(&room) as u32,
            &mut length,
        )
    };
    if is_told == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: that is what was filled in, and it points into `room`.
    unsafe { name_of((*room.as_ptr().cast::<TOKEN_USER>()).User.Sid) }
}

/// A user's number as text.
///
/// # Safety
/// `user` must point to one.
unsafe fn name_of(user: PSID) -> io::Result<String> {
    let mut text = null_mut();
    // SAFETY: the caller says that it is one; `text` is where a pointer goes.
    if unsafe { ConvertSidToStringSidW(user, &mut text) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let text = Local(text);
    let mut units = Vec::new();
    // SAFETY: it ends with a zero, and is not read beyond.
    while let unit @ 1.. = unsafe { *text.0.add(units.len()) } {
        units.push(unit);
    }
    String::from_utf16(&units).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn name(of: &str) -> String {
        format!(r"\\.\pipe\lstm-ls-test-{}-{of}", std::process::id())
    }

    #[tokio::test]
    async fn a_pipe_is_its_user_s_and_each_end_has_one_client() {
        let name = name("ends");
        // That there is one first end can't be tested: Wine 8 makes as many as it is asked for.
        let server = listen(&name, true).expect("the name is free");
        let mut client = connect(&name).expect("it listens");
        assert!(is_own(&client).expect("the system tells"));
        assert!(is_busy(&connect(&name).expect_err("one end, one client")));
        server.connect().await.expect("a client is there");
        let mut second = listen(&name, false).expect("one more end");
        let mut other = connect(&name).expect("it listens");
        second.connect().await.expect("a client is there");
        drop(server);
        let mut said = Vec::new();
        let end = client.read_to_end(&mut said).await.expect("it is over");
        assert_eq!(end, 0);
        other.write_all(b"so").await.expect("it is read");
        drop(other);
        second.read_to_end(&mut said).await.expect("it is over");
        assert_eq!(said, b"so");
        drop(second);
        assert!(connect(&name).is_err());
    }

    #[test]
    fn a_user_has_a_number() {
        let user = user().expect("the system tells");
        assert!(user.starts_with("S-1-"), "{user}");
    }
}
