//! How the heap is laid out.

/// Has all threads share one heap, where the C library is glibc.
///
/// It would give each thread one of its own. States are made by one thread and
/// dropped by another, so every heap would keep room for most of them: an hour
/// of typing took 64 MB instead of 41. Threads compute for milliseconds between
/// two allocations and do not get into each other's way. To be called before a
/// second thread is started.
pub(crate) fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets a parameter of malloc, and no other thread allocates yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}
