//! How many bytes of one client's messages may wait at once.
//!
//! Messages are counted by what they take up, not by their number: sixty-four small ones
//! are nothing, and sixty-four documents are gigabytes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is counted in units of so many bytes.
const UNIT: usize = 1024;

/// Room for bytes that wait.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    free: Arc<Semaphore>,
    units: u32,
}

/// Room that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// Room for `bytes`.
    pub(crate) fn new(bytes: usize) -> Self {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        Self {
            free: Arc::new(Semaphore::new(units as usize)),
            units,
        }
    }

    /// Waits until there is room for `bytes`. What is larger than all of the room waits
    /// until it has it alone.
    pub(crate) async fn take(&self, bytes: usize) -> Taken {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let free = Arc::clone(&self.free);
        let permit = free.acquire_many_owned(units.clamp(1, self.units)).await;
        Taken {
            _permit: permit.expect("the semaphore is never closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::FutureExt;

    use super::*;

    #[test]
    fn bytes_wait_until_there_is_room() {
        let room = Room::new(10 * UNIT);
        let first = room.take(6 * UNIT).now_or_never().expect("there is room");
        let small = room.take(1).now_or_never().expect("there is room");
        assert!(room.take(4 * UNIT).now_or_never().is_none());
        drop(small);
        let _second = room.take(4 * UNIT).now_or_never().expect("there is room");
        drop(first);
        // Larger than everything: it has the room alone.
        assert!(room.take(usize::MAX).now_or_never().is_none());
    }

    #[test]
    fn what_is_larger_than_the_room_has_it_alone() {
        let room = Room::new(10 * UNIT);
        let all = room.take(100 * UNIT).now_or_never().expect("it is empty");
        assert!(room.take(1).now_or_never().is_none());
        drop(all);
        assert!(room.take(1).now_or_never().is_some());
    }
}
