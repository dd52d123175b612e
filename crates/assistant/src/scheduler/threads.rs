//! The threads that work, in two classes: those that a client waits for, and those
//! that give way to them and to whatever else the user's machine does.
//!
//! A low priority cannot be given back, so the classes share no thread.

use std::sync::Arc;

use crossbeam_channel::{Sender, unbounded};
use thread_priority::{ThreadPriority, set_current_thread_priority};

/// The priority of the second class, of 99. On Linux that is 15 as `nice` counts it.
const GIVING_WAY: u8 = 9;

type Job = Box<dyn FnOnce() + Send>;

/// Some threads of each class. They end when the last clone is dropped.
#[derive(Clone, Debug)]
pub(super) struct Threads {
    answering: Arc<Class>,
    giving_way: Arc<Class>,
}

#[derive(Debug)]
struct Class(Sender<Job>);

impl Threads {
    /// `count` threads to answer on, and as many that give way with one to spare for
    /// what only waits.
    pub(super) fn new(count: usize) -> Self {
        Self {
            answering: Arc::new(Class::new("answer", count, || ())),
            giving_way: Arc::new(Class::new("give-way", count + 1, give_way)),
        }
    }

    /// Does `job` on a thread that a client waits for.
    pub(super) fn answer(&self, job: impl FnOnce() + Send + 'static) {
        self.answering.run(Box::new(job));
    }

    /// Does `job` on a thread that gives way.
    pub(super) fn give_way(&self, job: impl FnOnce() + Send + 'static) {
        self.giving_way.run(Box::new(job));
    }
}

impl Class {
    fn new(name: &str, count: usize, start: fn()) -> Self {
        let (sender, jobs) = unbounded::<Job>();
        for _ in 0..count {
            let jobs = jobs.clone();
            let thread = std::thread::Builder::new().name(name.to_owned());
            let work = move || {
                start();
                jobs.into_iter().for_each(|job| job());
            };
            thread.spawn(work).expect("the system has a thread left");
        }
        Self(sender)
    }

    fn run(&self, job: Job) {
        // Fails only where every thread has panicked, and jobs catch their panics.
        let _ = self.0.send(job);
    }
}

/// Lowers the priority of the thread that calls it.
fn give_way() {
    let priority = GIVING_WAY.try_into().expect("it is at most 99");
    // Where the system refuses, the thread works at the priority that others have.
    let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_second_class_gives_way() {
        use rustix::process::getpriority_process;

        let own = getpriority_process(None).unwrap();
        let threads = Threads::new(1);
        let (sender, nice) = channel();
        let tell = move || sender.send(getpriority_process(None).unwrap()).unwrap();
        threads.answer(tell.clone());
        assert_eq!(nice.recv().unwrap(), own);
        threads.give_way(tell);
        assert!(nice.recv().unwrap() >= 15);
    }
}
