//! The processes that train one run together, its ranks: what they tell each other,
//! what one of them decides for all, and in which order they add. Must not know what
//! is trained.

#[cfg(feature = "mpi")]
mod mpi;

use std::ops::Range;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What launchers of MPI programs set for each rank: Open MPI; MPICH, Intel MPI and
/// Slurm's PMI-2; whatever speaks PMIx.
const SET_BY_LAUNCHERS: [&str; 3] = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"];

/// The ranks of a run. Every rank calls the same functions in the same order, and each
/// waits until the others have called it too.
pub trait Ranks {
    /// Which of them this process is, from 0. Rank 0 decides and writes.
    fn rank(&self) -> usize;

    /// How many there are.
    fn count(&self) -> usize;

    /// Which of those on its machine this process is, from 0.
    fn rank_on_machine(&self) -> usize;

    /// What rank 0 has.
    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8>;

    /// On rank 0 what every rank has, in their order; nothing on the others.
    fn gather(&self, bytes: Vec<u8>) -> Vec<Vec<u8>>;

    /// The sum over all ranks of each of `values`, of which every rank has as many,
    /// added in pairs of neighbours, so that it is the same in every run.
    fn sum(&self, values: Vec<f32>) -> Vec<f32>;
}

/// A process that trains on its own.
pub struct Alone;

impl Ranks for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn count(&self) -> usize {
        1
    }

    fn rank_on_machine(&self) -> usize {
        0
    }

    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn gather(&self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        vec![bytes]
    }

    fn sum(&self, values: Vec<f32>) -> Vec<f32> {
        values
    }
}

/// The ranks this process was started as one of, by `mpirun` or another launcher of MPI
/// programs; without one it is alone.
///
/// # Errors
/// If there was one, and this program was built without the feature `mpi`, or MPI
/// can't be begun.
pub fn started() -> Result<Box<dyn Ranks>> {
    let launched = SET_BY_LAUNCHERS
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if !launched {
        return Ok(Box::new(Alone));
    }
    #[cfg(feature = "mpi")]
    {
        mpi::begin()
    }
    #[cfg(not(feature = "mpi"))]
    {
        Err(anyhow!(
            "this lstm-train was built without MPI, and each of the processes that a launcher \
             starts would train on its own: build it with `--features mpi`"
        ))
    }
}

/// What `lead` gives on rank 0, on every rank; `lead` is called on rank 0 alone.
///
/// # Errors
/// Its error, on every rank.
pub fn led<T: Serialize + DeserializeOwned>(
    ranks: &dyn Ranks,
    lead: impl FnOnce() -> Result<T>,
) -> Result<T> {
    if ranks.count() == 1 {
        return lead();
    }
    let own = (ranks.rank() == 0).then(lead);
    let told = match &own {
        Some(Ok(value)) => serde_json::to_vec(&Ok::<_, String>(value))?,
        Some(Err(error)) => serde_json::to_vec(&Err::<T, _>(format!("{error:#}")))?,
        None => Vec::new(),
    };
    let told = ranks.broadcast(told);
    own.unwrap_or_else(|| {
        let told: Result<T, String> = serde_json::from_slice(&told).context("what rank 0 says")?;
        told.map_err(|error| anyhow!(error))
    })
}

/// `result`, if every rank has a value.
///
/// # Errors
/// On every rank, the error of the first that has one, with its number where that is not
/// rank 0.
pub fn agreed<T>(ranks: &dyn Ranks, result: Result<T>) -> Result<T> {
    if ranks.count() == 1 {
        return result;
    }
    let error = result.as_ref().err();
    let error = error.map_or_else(String::new, |error| format!("{error:#}"));
    let errors = ranks.gather(error.into_bytes());
    let first = (0..).zip(&errors).find(|(_, error)| !error.is_empty());
    let first = first.map_or_else(String::new, |(rank, error)| {
        let error = String::from_utf8_lossy(error);
        match rank {
            0 => error.into_owned(),
            _ => format!("rank {rank}: {error}"),
        }
    });
    let first = ranks.broadcast(first.into_bytes());
    ensure!(first.is_empty(), "{}", String::from_utf8_lossy(&first));
    result
}

/// Which of `lanes` lanes the micro-batch `index` of `count` has. All have as many, or
/// some have one more.
pub(crate) fn lanes_of(index: usize, count: usize, lanes: usize) -> Range<usize> {
    lanes * index / count..lanes * (index + 1) / count
}

/// The sum of `items` as `add` adds two neighbours: those of two, of four, of eight. Where
/// each of several processes adds as many of them, a power of two, and then their sums are
/// added so, the order is the same as in one process, and so is every rounding.
pub(crate) fn pairwise<T>(
    items: impl IntoIterator<Item = T>,
    mut add: impl FnMut(T, T) -> T,
) -> Option<T> {
    // How many items each is the sum of, which are powers of two and get smaller.
    let mut sums: Vec<(usize, T)> = Vec::new();
    for item in items {
        let (mut of, mut sum) = (1, item);
        while let Some((_, before)) = sums.pop_if(|(before, _)| *before == of) {
            (of, sum) = (2 * of, add(before, sum));
        }
        sums.push((of, sum));
    }
    let mut sums = sums.into_iter().map(|(_, sum)| sum).rev();
    let last = sums.next()?;
    Some(sums.fold(last, |sum, before| add(before, sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bracketed(items: impl IntoIterator<Item = String>) -> String {
        pairwise(items, |a, b| format!("({a}{b})")).unwrap_or_default()
    }

    fn letters(count: u8) -> Vec<String> {
        let letter = |i| char::from(b'a' + i).to_string();
        (0..count).map(letter).collect()
    }

    #[test]
    fn neighbours_are_added_first() {
        for (count, expected) in [
            (0, ""),
            (1, "a"),
            (2, "(ab)"),
            (3, "((ab)c)"),
            (4, "((ab)(cd))"),
            (7, "(((ab)(cd))((ef)g))"),
        ] {
            assert_eq!(bracketed(letters(count)), expected);
        }
    }

    #[test]
    fn processes_that_share_the_adding_add_in_the_same_order() {
        for (items, each) in [(4, 1), (4, 2), (4, 4), (6, 2), (8, 4), (12, 4)] {
            let shared = letters(items);
            let sums = shared.chunks(each).map(|own| bracketed(own.to_vec()));
            assert_eq!(
                bracketed(sums),
                bracketed(shared.clone()),
                "{items} by {each}"
            );
        }
    }

    #[test]
    fn micro_batches_share_all_lanes_evenly() {
        for (count, lanes) in [(1, 128), (3, 128), (4, 6), (5, 5)] {
            let ranges: Vec<_> = (0..count).map(|i| lanes_of(i, count, lanes)).collect();
            let all: Vec<usize> = ranges.iter().cloned().flatten().collect();
            assert_eq!(all, (0..lanes).collect::<Vec<_>>());
            let least = lanes / count;
            assert!(
                ranges
                    .iter()
                    .all(|r| r.len() == least || r.len() == least + 1)
            );
        }
    }
}
