//! Whatever a rate says: the attribute and the server read it alike, and one that is read lets a call pass.

#![no_main]

use doorman::{AuditLog, Doorman, expose, testing::Agent, tools};
use doorman_fuzz::expose_handler;
use libfuzzer_sys::fuzz_target;
use quote::quote;
use tokio::runtime::Runtime;

/// Answers.
#[expose(public, read_only)]
fn ping() -> &'static str {
    "pong"
}

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
}

fuzz_target!(|rate: &str| {
    let arguments = quote!(get = "/ping", public, rate = #rate);
    let code = expose_handler(
        arguments,
        &quote!(
            async fn ping() {}
        ),
    );
    let compiles = !code.to_string().contains("compile_error");
    let server = || {
        let tools = tools![ping].with_state(());
        Doorman::builder("rates").audit(AuditLog::none()).tools(tools)
    };
    let built = server().rate_limit(rate).build();
    assert_eq!(compiles, built.is_ok(), "the attribute and the server disagree");
    // A budget may be of less than one call, and reads the same words otherwise.
    assert!(built.is_err() || server().budget(rate).build().is_ok());
    if let Ok(doorman) = built {
        let caller = Agent::new(&doorman, "caller");
        let call = caller.call("ping", serde_json::json!({}));
        let outcome = RUNTIME.with(|runtime| runtime.block_on(call));
        assert!(outcome.is_answered(), "the first call has to wait: {outcome:?}");
    }
});
