//! The record of one attempt.

use std::{collections::BTreeMap, time::SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::{principal::Principal, spec::is_hidden};

/// Who tried what, and what became of it: no value of an argument, a result, a token or an error.
///
/// A record serializes to one JSON object:
///
/// ```json
/// {"time":"2026-11-20T21:53:00.123456Z","sequence":7,"request_id":"9f86d081884c7d65-7","tool":"refund",
///  "caller":"alice","issuer":"https://sso.example.com","client_id":null,"tenant":null,"transport":"http",
///  "peer":"127.0.0.1","status":"denied","reason":"forbidden:scope","scopes_required":["invoices:write"],
///  "scopes_missing":["invoices:write"],"arguments":{"type":"object","len":1,"fields":{"id":{"type":"integer"}}},
///  "duration_ms":0.042,"result_bytes":null,"cost":1.0,"remaining_budget":null}
/// ```
///
/// `detail`, `end`, `redactions`, `count` and `lost` stand there only where they have something to say.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct AuditRecord {
    /// When the attempt began, RFC 3339 in UTC.
    pub time: String,
    /// Counts the records of this log from 1, in the order in which they are written; a gap is a loss,
    /// and as wide as the `lost` after it.
    pub sequence: u64,
    /// Names the attempt across processes; refusals tell it to the caller.
    pub request_id: String,
    /// The tool; empty where the request was not let in. A name that is no tool's is cleaned and cut.
    pub tool: String,
    /// The subject; `anonymous` where nobody was verified, empty where the record stands for many. Like
    /// every identity it is cut after 512 characters.
    pub caller: String,
    /// Who issued the token.
    pub issuer: Option<String>,
    /// The OAuth client.
    pub client_id: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// `http` or `stdio`.
    pub transport: &'static str,
    /// The address that the request came from, without port.
    pub peer: Option<String>,
    /// `ok`, `denied`, `rate_limited`, `budget_exceeded`, `error` or `cancelled`.
    pub status: &'static str,
    /// Why; `ok` where all went well.
    pub reason: &'static str,
    /// What a verifier said of a token that did not pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    /// How a call really ended whose caller was gone by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<&'static str>,
    /// The scopes that the tool needs.
    pub scopes_required: Vec<String>,
    /// Those of them that the caller did not hold.
    pub scopes_missing: Vec<String>,
    /// The shape of the arguments: types and sizes, published names, no values. `null` where nobody but
    /// the handler reads them, at its own route.
    pub arguments: Value,
    /// How long the attempt took, in milliseconds.
    pub duration_ms: f64,
    /// The size of the result's text, in bytes; of a response at the handler's own route that of its body,
    /// where it is known before the body is sent.
    pub result_bytes: Option<usize>,
    /// The cost units of the tool; 0 where the request was not let in.
    pub cost: f64,
    /// The cost units that the caller has left; none without a budget.
    pub remaining_budget: Option<f64>,
    /// How many values were masked in the result, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub redactions: BTreeMap<String, u64>,
    /// The attempts that this record stands for: refused ones of one caller within one second, once
    /// there are too many of them, or, of requests that were not let in, once half of the log's queue is
    /// taken. All but the count tells of the first.
    #[serde(skip_serializing_if = "is_one")]
    pub count: u64,
    /// The records that were lost between this one and the one written before it.
    #[serde(skip_serializing_if = "is_zero")]
    pub lost: u64,
}

impl AuditRecord {
    /// The record of an attempt that begins now; its name and number come when it is written.
    pub(super) fn new(now: SystemTime, tool: String, principal: &Principal) -> Self {
        let caller = if principal.verified() { principal.subject() } else { "anonymous" };
        Self {
            time: DateTime::<Utc>::from(now).to_rfc3339_opts(SecondsFormat::Micros, true),
            sequence: 0,
            request_id: String::new(),
            tool,
            caller: plain(caller),
            issuer: principal.issuer().map(plain),
            client_id: principal.client_id().map(plain),
            tenant: principal.tenant().map(plain),
            transport: principal.transport().as_str(),
            peer: None,
            status: "error",
            reason: "unknown",
            detail: None,
            end: None,
            scopes_required: Vec::new(),
            scopes_missing: Vec::new(),
            arguments: Value::Null,
            duration_ms: 0.0,
            result_bytes: None,
            cost: 1.0,
            remaining_budget: None,
            redactions: BTreeMap::new(),
            count: 1,
            lost: 0,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_one(count: &u64) -> bool {
    *count == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// An identity as it may stand in a line that people read: it is a verifier's word, and can be an
/// attacker's choice. What is longer than any identity in use is cut.
fn plain(text: &str) -> String {
    const MOST: usize = 512;
    let plain = |c| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c };
    let cut = text.chars().nth(MOST).map(|_| '…');
    text.chars().take(MOST).map(plain).chain(cut).collect()
}
