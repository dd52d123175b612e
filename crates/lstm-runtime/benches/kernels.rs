//! Every kernel this CPU has, from one step to a kilobyte of text:
//! `cargo bench -p lstm-runtime`. For work on a kernel; `cargo xtask bench`
//! measures the whole beside its peers.

#![allow(missing_docs, reason = "criterion's macros make items without any")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lstm_format::{
    CellKind, Engine, HeadInput, ModelConfig, ModelFile, Precision, State, VOCABULARY_SIZE,
};
use lstm_runtime::{Kernel, Runtime};

/// The shape of the embedded model, with weights that mean nothing.
fn model(precision: Precision) -> ModelFile {
    let config = ModelConfig {
        language: "rust".into(),
        cell: CellKind::Lstm,
        num_layers: 2,
        hidden_size: 512,
        embedding_size: 64,
        head: HeadInput::LastLayer,
        window: 1024,
    };
    ModelFile::random(config, precision, 1.0, 1).expect("a shape within range")
}

fn kernels(criterion: &mut Criterion) {
    for precision in [Precision::Int8, Precision::F32] {
        let model = model(precision);
        for kernel in Kernel::available() {
            let runtime = Runtime::load(&model, kernel).expect("the kernel is supported");
            measure(criterion, &runtime);
        }
    }
}

fn measure(criterion: &mut Criterion, runtime: &Runtime) {
    let mut group = criterion.benchmark_group(runtime.describe());
    let mut session = runtime.session();
    for lanes in [1, 4, 8, 16] {
        let mut states = vec![State::zeros(runtime.config()); lanes];
        let bytes = vec![b'x'; lanes];
        group.throughput(Throughput::Elements(lanes as u64));
        group.bench_function(format!("step of {lanes} lanes"), |bencher| {
            bencher.iter(|| session.step(black_box(&mut states), &bytes));
        });
    }
    let mut state = State::zeros(runtime.config());
    group.throughput(Throughput::Bytes(1024));
    group.bench_function("feeding 1 KiB", |bencher| {
        bencher.iter(|| session.feed(black_box(&mut state), &[b'x'; 1024]));
    });
    let mut log_probs = [0.0; VOCABULARY_SIZE];
    group.throughput(Throughput::Elements(1));
    group.bench_function("output layer", |bencher| {
        bencher.iter(|| session.log_probs(black_box(&state), &mut log_probs));
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
