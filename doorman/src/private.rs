//! What generated code and the HTTP adapter may use; no promise is made about it.

pub use crate::{
    call::{Call, Reply},
    distinct::assert_distinct,
    error::Refusal,
    function::{
        Answer, Argument, Async, Context, Describable, Fallible, Function, Invoke, OtherAnswer,
        OtherParameter, Parameter, Plain, Probe, Row, Showable, Sync, row,
    },
    schema::{Arguments, Object, Output, plain_fields},
    server::{Inbound, Server, Slot},
    spec::{Access, Effect, Facts, Spec},
    tool::{BoxFuture, Dispatch},
};
