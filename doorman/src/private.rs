//! What generated code and the HTTP adapter may use; no promise is made about it.

pub use std::borrow::Cow;

pub use schemars;

pub use crate::{
    call::{Blocks, Call, Reply},
    distinct::assert_distinct,
    door::{enter, published},
    error::Refusal,
    function::{Async, Function, Invoke, Parameter, Row, Sync, row},
    json::misleads,
    schema::{Arguments, Object, Output, plain_fields},
    server::{Inbound, PlainMessage, Server, Slot, serve_io},
    sessions::{Held, Place},
    signature::{
        Answer, Argument, Context, Describable, Fallible, OtherAnswer, OtherParameter, Plain,
        Probe, Showable,
    },
    spec::{Access, Effect, Facts, Spec},
    tool::{BoxFuture, Dispatch},
};
