//! What the guard costs: from the call to the text that is sent, with a handler that does nothing and
//! no audit sink.
//!
//!     cargo bench -p doorman-benches --bench guard

use criterion::{Criterion, criterion_group, criterion_main};
use doorman::{AuditLog, Doorman, Principal, Transport, measure::guarded};
use serde::Serialize;
use tokio::runtime::Builder;

#[derive(Serialize, schemars::JsonSchema, Clone)]
struct Invoice {
    id: u64,
    customer: String,
    issued: String,
    lines: Vec<Line>,
}

#[derive(Serialize, schemars::JsonSchema, Clone)]
struct Line {
    text: String,
    amount: f64,
}

/// One kilobyte of JSON with nothing to hide.
fn invoice(id: u64) -> Invoice {
    let line = |number: u32| Line {
        text: format!("Consulting, day {number} of the second quarter"),
        amount: 100.0 + f64::from(number),
    };
    Invoice {
        id,
        customer: "Customer of the northern branch".into(),
        issued: "2026-11-20T21:53:00Z".into(),
        lines: (0..13).map(line).collect(),
    }
}

/// One invoice with its lines.
#[doorman::expose(public, read_only)]
fn get_invoice(id: u64) -> Invoice {
    invoice(id)
}

/// Says so.
#[doorman::expose(public, read_only)]
fn ping() -> &'static str {
    "pong"
}

fn the_guard(criterion: &mut Criterion) {
    let doorman = Doorman::builder("guard")
        .rate_limit("1000000000/s; 1000000000/s per_caller_tool")
        .audit(AuditLog::none())
        .tools(doorman::tools![get_invoice, ping].with_state(()))
        .build()
        .expect("a server");
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    let principal = Principal::anonymous(Transport::Http);
    let arguments = || [("id".to_owned(), 7.into())].into_iter().collect();
    let call = |tool: &'static str, arguments| guarded(&doorman, tool, &principal, arguments);
    let size = runtime.block_on(call("get_invoice", arguments())).expect("an answer");
    criterion.bench_function(&format!("the guard, a result of {size} bytes"), |bencher| {
        bencher.iter(|| runtime.block_on(call("get_invoice", arguments())));
    });
    criterion.bench_function("the handler alone, serialized", |bencher| {
        bencher.iter(|| serde_json::to_vec(&invoice(std::hint::black_box(7))));
    });
    criterion.bench_function("the guard, a result of 4 bytes", |bencher| {
        bencher.iter(|| runtime.block_on(call("ping", serde_json::Map::new())));
    });
}

criterion_group!(benches, the_guard);
criterion_main!(benches);
