//! How the heap is laid out.

/// What is in use beside the weights once one client's caches are full: states,
/// indexes of text, buffers of requests, the document. In bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const IN_USE: usize = 13 << 20;

/// Below the size from which the C library takes memory from the system for each
/// request alone, in bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const CHUNK: usize = 64 << 10;

/// What the heap keeps though it is free, in bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: libc::c_int = 64 << 20;

/// Has all threads share one heap, where the C library is glibc.
///
/// It would give each thread one of its own. States are made by one thread and
/// dropped by another, so every heap would keep room for most of them. Threads
/// compute for milliseconds between two allocations and do not get into each
/// other's way. To be called before a second thread is started.
pub fn share() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it sets parameters of malloc, and no other thread allocates yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Gives back to the system what was freed within the heap, but for what the server uses
/// in the end anyway. The C library gives back only what lies at the heap's end by itself,
/// and all of a large message seldom does.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it moves nothing that is in use, and may be called at any time.
    unsafe {
        libc::malloc_trim(IN_USE);
    }
}

/// Takes from the system at once what the server will use in the end: it takes as
/// much after a minute as after an hour, and no keystroke waits for memory. To be
/// called when a model is loaded; it does something the first time, and where the
/// C library keeps what was given back.
pub(crate) fn reserve() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            let chunks: Vec<Vec<u8>> = (0..IN_USE / CHUNK).map(|_| vec![1; CHUNK]).collect();
            drop(std::hint::black_box(chunks));
        });
    }
}
