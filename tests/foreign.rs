//! Another MCP server behind the guard.

mod answers;
mod completions;
mod declarations;
mod methods;
mod notes;
mod page;
mod pins;
mod prompts;
mod questions;
mod resources;
mod secrets;
mod sentinels;
mod tools;
mod updates;
