//! Work that is done in short pieces, so that its caller can do something else in
//! between, or leave it.
//!
//! A page has one thread for the work and for hearing that it is no longer wanted, and no
//! way to wait inside. So whatever takes longer than a blink is a future that is pending
//! between two pieces, and is polled again by who wants the rest: nothing wakes it. A
//! program with threads runs it through with [`now`].

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Ends a piece.
pub(crate) async fn pause() {
    let mut is_over = false;
    poll_fn(|_| {
        let poll = if is_over {
            Poll::Ready(())
        } else {
            Poll::Pending
        };
        is_over = true;
        poll
    })
    .await;
}

/// Does all the pieces of `work`, one after the other.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn work_is_done_in_as_many_pieces_as_it_has() {
        let done = Cell::new(0);
        let mut work = pin!(async {
            for _ in 0..3 {
                done.set(done.get() + 1);
                pause().await;
            }
        });
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(work.as_mut().poll(&mut context).is_pending());
        }
        assert!(work.as_mut().poll(&mut context).is_ready());
        assert_eq!(done.get(), 3);
        assert_eq!(now(async { 7 }), 7);
    }
}
