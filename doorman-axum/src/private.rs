//! What generated code may use; no promise is made about it.

pub use doorman::private::{Access, Effect, Facts, assert_distinct};

pub use crate::{
    bind::{Binding, Last, Mount, Through, Undecided, With},
    extract::{Asks, BodyProbe, Describable, NoBody, OtherArgument, Probe, Shape, Silent},
    tools::{Handler, Method, Row, row},
};
