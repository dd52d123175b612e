//! What several processes of Open MPI train together, and what happens when one is killed.
//! They share this machine, and nothing that they say leaves it.

use std::fs;
use std::process::Child;

use lstm_format::model_file::training_state;

use super::*;

/// `train`, by so many ranks.
fn ranks(count: usize, train: &Command) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["-n", &count.to_string()]);
    command.arg(train.get_program()).args(train.get_args());
    set_up(&mut command);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// As root, more ranks than cores, by shared memory alone.
fn set_up(mpirun: &mut Command) {
    for (name, value) in [
        ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
        ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
        ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
        ("OMPI_MCA_hwloc_base_binding_policy", "none"),
        ("OMPI_MCA_btl", "self,vader"),
    ] {
        mpirun.env(name, value);
    }
}

#[track_caller]
fn succeed(command: &mut Command) {
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
}

/// Both runs lost the same in every step, and have the same weights, averages and states, to
/// the bit.
#[track_caller]
fn assert_same(a: &Path, b: &Path) {
    assert_eq!(log(a), log(b));
    assert_same_weights(&weights(a), &weights(b));
    let state = |run: &Path| {
        let bytes = fs::read(run.join("checkpoint.safetensors")).unwrap();
        training_state(&bytes).unwrap().unwrap()
    };
    let [a, b] = [a, b].map(state);
    assert!(a.tensors == b.tensors, "averages or states differ");
    assert_eq!(a.progress["position"], b.progress["position"]);
}

#[test]
fn any_number_of_ranks_loses_alike() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let losses = |count: usize| {
        let run = folder.path().join(count.to_string());
        succeed(&mut ranks(count, &exact(&corpus, &run)));
        losses(&run)
    };
    let one = losses(1);
    for count in [2, 3, 4] {
        let difference = largest_difference(&one, &losses(count));
        println!("{count} ranks: within {difference:e} bits a byte");
        assert!(difference < 1e-4, "{count}: {difference}");
    }
}

/// Dropout is on, lanes end at different places, and there is a checkpoint after each step.
fn in_four(corpus: &Path, run: &Path) -> Command {
    with(corpus, &["--micro-batches", "4", "--muon", "0.001"])(run)
}

#[test]
fn the_same_micro_batches_are_the_same_run_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let whole = folder.path().join("whole");
    assert!(in_four(&corpus, &whole).status().unwrap().success());
    for count in [1, 2, 4] {
        let run = folder.path().join(count.to_string());
        succeed(&mut ranks(count, &in_four(&corpus, &run)));
        assert_same(&whole, &run);
    }
}

/// The processes that `mpirun` has started, by rank.
fn processes(mpirun: &Child, count: usize) -> Vec<u32> {
    let mut found = vec![None; count];
    wait_until("every rank", || {
        for process in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
            let name = process.file_name().into_string().unwrap();
            let Ok(id) = name.parse::<u32>() else {
                continue;
            };
            let read = |file| fs::read_to_string(process.path().join(file)).unwrap_or_default();
            let parent = format!("PPid:\t{}\n", mpirun.id());
            if !read("status").contains(&parent) {
                continue;
            }
            let environment = read("environ");
            let mut variables = environment.split('\0');
            let rank = variables.find_map(|v| v.strip_prefix("OMPI_COMM_WORLD_RANK="));
            if let Some(rank) = rank {
                found[rank.parse::<usize>().unwrap()] = Some(id);
            }
        }
        found.iter().all(Option::is_some)
    });
    found.into_iter().flatten().collect()
}

#[test]
fn a_killed_rank_ends_the_run_which_any_number_of_ranks_goes_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let whole = folder.path().join("whole");
    assert!(in_four(&corpus, &whole).status().unwrap().success());
    let rounds = [(2, 1, 4, 4), (4, 0, 9, 1), (4, 3, 17, 2), (2, 0, 26, 2)];
    for (count, killed, after, resumed) in rounds {
        let run = folder.path().join(format!("{count}-{killed}"));
        let mut mpirun = ranks(count, &in_four(&corpus, &run)).spawn().unwrap();
        wait_until("some steps", || log(&run).len() >= after);
        let processes = processes(&mpirun, count);
        let kill = Command::new("kill")
            .args(["-9", &processes[killed].to_string()])
            .status();
        assert!(kill.unwrap().success(), "the run was over before");
        wait_until("its end", || mpirun.try_wait().unwrap().is_some());
        let output = mpirun.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{message}");
        let told = format!("process rank {killed} ");
        let line = message.lines().find(|line| line.contains(&told));
        assert!(line.is_some(), "{message}");
        assert!(message.contains("exited on signal 9 (Killed)"), "{message}");
        let left = |id: &u32| Path::new(&format!("/proc/{id}")).exists();
        wait_until("the other ranks to end", || !processes.iter().any(left));
        assert!(log(&run).len() < log(&whole).len());

        let mut resume = in_four(&corpus, &run);
        succeed(&mut ranks(resumed, resume.arg("--resume")));
        assert_same(&whole, &run);
    }
}

#[test]
fn more_ranks_than_before_go_on_with_what_the_checkpoint_has() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(folder.path());
    let run = folder.path().join("run");
    succeed(&mut ranks(2, &exact(&corpus, &run)));
    let before = losses(&run);
    let again = |count: usize, megabytes: &str| {
        let mut resume = exact_to(megabytes, &corpus, &run);
        succeed(&mut ranks(count, resume.arg("--resume")));
    };
    // Nothing is left to do: three ranks read it, and write what they have read.
    let read = fs::read(run.join("checkpoint.safetensors")).unwrap();
    again(3, "0.0256");
    let written = fs::read(run.join("checkpoint.safetensors")).unwrap();
    let [read, written] = [read, written].map(|bytes| {
        let state = training_state(&bytes).unwrap().unwrap();
        (ModelFile::from_bytes(&bytes).unwrap(), state)
    });
    assert!(read.1.tensors == written.1.tensors, "averages or states");
    assert_same_weights(&read.0, &written.0);
    assert_eq!(read.1.progress["settings"]["micro_batches"], 2);
    assert_eq!(written.1.progress["settings"]["micro_batches"], 3);
    again(4, "0.03");
    let after = losses(&run);
    assert!(after.len() > before.len() && after.starts_with(&before));
}

#[test]
fn what_is_wrong_on_one_rank_ends_all_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let good = corpus(folder.path());
    let other = corpus_in(folder.path(), "rust", 27);
    let missing = folder.path().join("missing.pack");
    let run = folder.path().join("run");
    for (wrong, expected) in [
        (&missing, "rank 1: opening corpus"),
        (&other, "rank 1: the corpus is another than that of rank 0"),
    ] {
        let mut mpirun = ranks(1, &exact(&good, &run));
        let second = exact(wrong, &run);
        mpirun.args([":", "-n", "1"]).arg(second.get_program());
        let output = mpirun.args(second.get_args()).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        let ours = message.lines().filter(|line| line.contains("lstm-train: "));
        let ours: Vec<&str> = ours.collect();
        assert_eq!(ours.len(), 1, "{message}");
        assert!(ours[0].contains(expected), "{message}");
    }
}
