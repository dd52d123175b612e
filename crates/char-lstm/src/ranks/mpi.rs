//! Ranks as processes of MPI.

use ::mpi::datatype::PartitionMut;
use ::mpi::environment::Universe;
use ::mpi::topology::SimpleCommunicator;
use ::mpi::traits::{Communicator, CommunicatorCollectives, Root};
use ::mpi::{Count, Threading, initialize_with_threading};
use anyhow::{Context, Result};

use super::{Ranks, pairwise};

/// What a process that ends by a panic ends with, as without MPI.
const PANICKED: i32 = 101;

/// All processes that one launcher started.
struct World {
    communicator: SimpleCommunicator,
    on_machine: usize,
    /// Ends MPI when it is dropped, after what is above.
    _universe: Universe,
}

/// Begins MPI, whose functions the main thread alone calls.
pub(super) fn begin() -> Result<Box<dyn Ranks>> {
    let (universe, _) = initialize_with_threading(Threading::Funneled)
        .context("MPI was begun before, in the same process")?;
    let communicator = universe.world();
    let on_machine = communicator.split_shared(communicator.rank()).rank();
    Ok(Box::new(World {
        on_machine: number(on_machine),
        communicator,
        _universe: universe,
    }))
}

impl Ranks for World {
    fn rank(&self) -> usize {
        number(self.communicator.rank())
    }

    fn count(&self) -> usize {
        number(self.communicator.size())
    }

    fn rank_on_machine(&self) -> usize {
        self.on_machine
    }

    fn broadcast(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let first = self.communicator.process_at_rank(0);
        let mut length = bytes.len() as u64;
        first.broadcast_into(&mut length);
        bytes.resize(length as usize, 0);
        if !bytes.is_empty() {
            first.broadcast_into(&mut bytes[..]);
        }
        bytes
    }

    fn gather(&self, mut bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let first = self.communicator.process_at_rank(0);
        // An empty vector lies at address 1, which Open MPI takes for a mark of its own.
        bytes.push(0);
        let length = count(bytes.len());
        if self.rank() != 0 {
            first.gather_into(&length);
            first.gather_varcount_into(&bytes[..]);
            return Vec::new();
        }
        let mut lengths = vec![0; self.count()];
        first.gather_into_root(&length, &mut lengths[..]);
        let begins = lengths.iter().scan(0, |end, length| {
            let begin = *end;
            *end += length;
            Some(begin)
        });
        let begins: Vec<Count> = begins.collect();
        let mut all = vec![0; lengths.iter().map(|&length| number(length)).sum()];
        let mut parts = PartitionMut::new(&mut all[..], &lengths[..], &begins[..]);
        first.gather_varcount_into_root(&bytes[..], &mut parts);
        let mut rest = &all[..];
        let part = |&length| {
            let (part, after) = rest.split_at(number(length));
            rest = after;
            part[..part.len() - 1].to_vec()
        };
        lengths.iter().map(part).collect()
    }

    fn sum(&self, mut values: Vec<f32>) -> Vec<f32> {
        let length = values.len();
        // Each rank adds up one part of the values for all, as `MPI_Allreduce` does for long
        // vectors, but in an order that no implementation chooses.
        let part = length.div_ceil(self.count());
        values.resize(part * self.count(), 0.0);
        let mut parts = vec![0.0_f32; values.len()];
        self.communicator
            .all_to_all_into(&values[..], &mut parts[..]);
        let parts = parts.chunks(part.max(1)).map(<[f32]>::to_vec);
        let sum = pairwise(parts, |mut sum, other| {
            sum.iter_mut()
                .zip(other)
                .for_each(|(sum, other)| *sum += other);
            sum
        });
        let sum = sum.unwrap_or_default();
        self.communicator.all_gather_into(&sum[..], &mut values[..]);
        values.truncate(length);
        values
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // The other ranks would wait for this one for ever.
        if std::thread::panicking() {
            self.communicator.abort(PANICKED);
        }
    }
}

/// A count or rank of MPI's, which are not negative.
fn number(count: Count) -> usize {
    usize::try_from(count).expect("MPI counts from zero")
}

/// A number of bytes as MPI counts them.
fn count(bytes: usize) -> Count {
    Count::try_from(bytes).expect("no checkpoint, and so no part of one, has 2 GB")
}
