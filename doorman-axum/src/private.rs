//! What generated code may use; no promise is made about it.

pub use doorman::private::{Access, Effect, Facts, assert_distinct};

pub use crate::{
    extract::{Asks, BodyProbe, Describable, NoBody, OtherArgument, Probe, Shape, Silent},
    tools::{Binding, Handler, Last, Method, Mount, Row, With, row},
};
