//! Does one thing once, for `tests/bench/price` to count the instructions of.
//!
//!     price guard|call|list

use std::{env::args, error::Error, hint::black_box};

use doorman::{Principal, Transport, measure::guarded};
use serde_json::{Map, json};
use served::{PLAIN, invoice, many, post, server, with_state};
use tokio::runtime::Builder;

mod served;

/// One invoice with its lines.
#[doorman::expose(public, read_only)]
fn an_invoice(id: u64) -> served::Invoice {
    invoice(id)
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let what = args().nth(1).unwrap_or_default();
    let functions = doorman::tools![an_invoice].with_state(());
    let guard = server(functions).build()?;
    let call = doorman_axum::router(server(with_state()).build()?)?;
    let list = doorman_axum::router(server(many(1_000)).build()?)?;
    let run: &dyn Fn() -> usize = match what.as_str() {
        // From the call to the text that is sent.
        "guard" => &|| {
            let arguments: Map<_, _> = [("id".to_owned(), json!(7))].into_iter().collect();
            let principal = Principal::anonymous(Transport::Http);
            let guarded = guarded(&guard, "an_invoice", &principal, arguments);
            runtime.block_on(guarded).expect("an answer")
        },
        // From the HTTP request to the bytes of its answer.
        "call" => &|| {
            let params = json!({ "name": "get_invoice", "arguments": { "id": 7 } });
            runtime.block_on(post(&call, "tools/call", &params, PLAIN)).len()
        },
        "list" => &|| runtime.block_on(post(&list, "tools/list", &json!({}), PLAIN)).len(),
        _ => return Err("usage: price guard|call|list".into()),
    };
    // What is made at the first time only is not counted.
    run();
    println!("{}", counted(run));
    Ok(())
}

/// Callgrind counts while this runs.
#[inline(never)]
fn counted(run: &dyn Fn() -> usize) -> usize {
    black_box(run())
}
