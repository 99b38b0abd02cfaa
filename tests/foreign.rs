//! Another MCP server behind the guard.

mod answers;
mod declarations;
mod methods;
mod page;
mod pins;
mod prompts;
mod questions;
mod resources;
mod secrets;
mod tools;
