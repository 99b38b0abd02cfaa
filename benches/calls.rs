//! The parts of a call, and a call and a list from the HTTP request to the bytes of its answer.
//!
//!     cargo bench -p doorman-benches --bench calls

use std::hint::black_box;

use axum::{Router, routing::get};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use doorman::{
    AuditLog, AuditRecord, AuditSink, Principal, Toolset, Transport,
    measure::{Attempt, authorized, guarded},
};
use doorman_axum::tools;
use serde_json::{Map, json};
use served::{Invoice, PLAIN, get_invoice, invoice, many, post, server, with_state};
use tokio::runtime::{Builder, Runtime};

mod served;

/// The way that rmcp goes by itself.
const RMCP: &str = "application/json, text/event-stream, text/plain";

fn through() -> Toolset {
    let api = Router::new().route("/invoices/{id}", get(get_invoice));
    tools![get_invoice].through(api)
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// One invoice with its lines.
#[doorman::expose(public, read_only)]
fn an_invoice(id: u64) -> Invoice {
    invoice(id)
}

/// Says so.
#[doorman::expose(public, read_only)]
fn ping() -> &'static str {
    "pong"
}

/// From the call to the text that is sent.
fn guard(criterion: &mut Criterion) {
    let tools = doorman::tools![an_invoice, ping].with_state(());
    let (doorman, runtime) = (server(tools).build().expect("a server"), runtime());
    let principal = Principal::anonymous(Transport::Http);
    let arguments = || [("id".to_owned(), json!(7))].into_iter().collect();
    let call = |tool: &'static str, arguments| guarded(&doorman, tool, &principal, arguments);
    let size = runtime.block_on(call("an_invoice", arguments())).expect("an answer");
    criterion.bench_function(&format!("the guard, a result of {size} bytes"), |bencher| {
        bencher.iter(|| runtime.block_on(call("an_invoice", arguments())));
    });
    criterion.bench_function("the handler alone, serialized", |bencher| {
        bencher.iter(|| serde_json::to_vec(&invoice(black_box(7))));
    });
    criterion.bench_function("the guard, a result of 4 bytes", |bencher| {
        bencher.iter(|| runtime.block_on(call("ping", Map::new())));
    });
}

struct Swallow;

impl AuditSink for Swallow {
    fn record(&self, record: &AuditRecord) -> std::io::Result<()> {
        black_box(record);
        Ok(())
    }
}

fn parts(criterion: &mut Criterion) {
    let nobody = Principal::anonymous(Transport::Http);
    let arguments: Map<_, _> = [("id".to_owned(), json!(7))].into_iter().collect();
    let doorman = server(with_state()).build().expect("a server");
    criterion.bench_function("authorize", |bencher| {
        bencher.iter(|| authorized(&doorman, "get_invoice", black_box(&nobody)));
    });
    for (name, log) in [("none", AuditLog::none()), ("custom", AuditLog::custom(Swallow))] {
        let doorman = server(with_state()).audit(log).build().expect("a server");
        let attempt = Attempt::new(&doorman, "get_invoice", &nobody, arguments.clone());
        criterion.bench_function(&format!("audit to `AuditLog::{name}`"), |bencher| {
            bencher.iter(|| attempt.record());
        });
    }
}

fn dispatch(criterion: &mut Criterion) {
    let (runtime, mut group) = (runtime(), criterion.benchmark_group("a call over HTTP"));
    let params = json!({ "name": "get_invoice", "arguments": { "id": 7 } });
    for (name, tools) in [("with_state", with_state()), ("through", through())] {
        let doorman = server(tools).build().expect("a server");
        let app = doorman_axum::router(doorman).expect("a router");
        for (way, accept) in [("the short way", PLAIN), ("by way of rmcp", RMCP)] {
            group.bench_function(BenchmarkId::new(name, way), |bencher| {
                bencher.iter(|| runtime.block_on(post(&app, "tools/call", &params, accept)));
            });
        }
    }
}

fn list(criterion: &mut Criterion) {
    let (runtime, mut group) = (runtime(), criterion.benchmark_group("a list over HTTP"));
    for number in [10, 100, 1_000, 10_000] {
        let doorman = server(many(number)).build().expect("a server");
        let app = doorman_axum::router(doorman).expect("a router");
        let params = json!({});
        for (way, accept) in [("the short way", PLAIN), ("by way of rmcp", RMCP)] {
            group.bench_function(BenchmarkId::new(way, number), |bencher| {
                bencher.iter(|| runtime.block_on(post(&app, "tools/list", &params, accept)));
            });
        }
    }
}

criterion_group!(benches, guard, parts, dispatch, list);
criterion_main!(benches);
