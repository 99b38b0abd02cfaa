//! The tests that stand in the examples: cargo runs those of an example, or builds it to be run, not both.

#![expect(dead_code, reason = "what an example does when it is run is tested from outside")]

#[path = "both.rs"]
mod both;
#[path = "both_doors.rs"]
mod both_doors;
#[path = "existing_app.rs"]
mod existing_app;
#[path = "guard_existing.rs"]
mod guard_existing;
#[path = "middleware.rs"]
mod middleware;
#[path = "quickstart.rs"]
mod quickstart;
#[path = "resource_server.rs"]
mod resource_server;
#[path = "stdio.rs"]
mod stdio;
