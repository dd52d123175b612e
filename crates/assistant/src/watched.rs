//! A value that others are told of when it changes, whatever runtime they wait on.

use std::fmt;
use std::sync::Arc;

use event_listener::{Event, listener};
use parking_lot::Mutex;

/// A value that can be waited on. Clones share it.
#[derive(Default)]
pub struct Watched<T>(Arc<Inner<T>>);

#[derive(Default)]
struct Inner<T> {
    /// The value, and how often it was changed.
    value: Mutex<(T, u64)>,
    changed: Event,
}

impl<T> Watched<T> {
    /// `value`, not changed yet.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value: Mutex::new((value, 0)),
            changed: Event::new(),
        }))
    }

    /// A copy of the value.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.0.value.lock().0.clone()
    }

    /// Puts `value` in the place of the one before.
    pub fn set(&self, value: T) {
        self.change(|before| {
            *before = value;
            true
        });
    }

    /// Lets `change` alter the value; those who wait are told if it gives true.
    pub fn change(&self, change: impl FnOnce(&mut T) -> bool) {
        let mut value = self.0.value.lock();
        if change(&mut value.0) {
            value.1 += 1;
            drop(value);
            self.0.changed.notify(usize::MAX);
        }
    }

    /// What waits for changes from now on.
    pub fn watch(&self) -> Watcher<T> {
        Watcher {
            seen: self.0.value.lock().1,
            watched: self.clone(),
        }
    }
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.lock().0.fmt(f)
    }
}

/// Waits for changes of one [`Watched`] value.
#[derive(Debug)]
pub struct Watcher<T> {
    watched: Watched<T>,
    seen: u64,
}

impl<T> Watcher<T> {
    /// Waits until the value has changed since the last such wait, or since this
    /// watcher was made. Several changes in a row may be seen as one.
    pub async fn changed(&mut self) {
        loop {
            let inner = &*self.watched.0;
            // Listens before it looks, so that no change falls between the two.
            listener!(inner.changed => listener);
            let now = inner.value.lock().1;
            if now != self.seen {
                self.seen = now;
                return;
            }
            listener.await;
        }
    }

    /// Waits until `wanted` holds for the value.
    pub async fn until(&mut self, wanted: impl Fn(&T) -> bool) {
        while !wanted(&self.watched.0.value.lock().0) {
            self.changed().await;
        }
    }

    /// A copy of the value.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.watched.get()
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn every_change_is_seen_and_what_is_none_is_not() {
        let watched = Watched::new(1);
        let mut watcher = watched.watch();
        watched.change(|_| false);
        assert!(watcher.changed().now_or_never().is_none());
        watched.set(2);
        watched.set(3);
        assert!(watcher.changed().now_or_never().is_some());
        assert!(watcher.changed().now_or_never().is_none());
        assert_eq!(watched.get(), 3);
    }

    #[test]
    fn one_that_waits_is_woken_by_another_thread() {
        let watched = Watched::new(0);
        let sets = watched.clone();
        let setter = std::thread::spawn(move || (1..=100).for_each(|value| sets.set(value)));
        block_on(watched.watch().until(|&value| value == 100));
        setter.join().expect("it does not panic");
    }
}
