//! What doorman promises, shown with real clients against real servers on loopback.

mod support;

mod aim;
mod arguments;
mod arrows;
mod audit;
mod cancellation;
mod declared;
mod dev_issuer;
mod examples;
mod failures;
mod functions;
mod gate;
mod hostile;
mod identity;
mod lifecycles;
mod limits;
mod list;
mod local;
mod masks;
mod oauth_client;
mod principals;
mod protocol;
mod readme;
mod redaction;
mod resource_server;
mod rows;
mod scopes;
mod sentinels;
mod settings;
mod stdio;
mod through;
mod tokens;
mod vectors;
mod weaknesses;
