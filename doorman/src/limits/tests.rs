//! What the rules mean, on a clock of the tests' own.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;
use crate::{
    principal::Transport,
    rate::{Counts, parse},
};

struct Server {
    limits: Limits,
    start: Instant,
}

/// Two tools with rules of their own and costs, under rules of the server.
fn server(rates: &str, budgets: &str, tools: [(&str, f64); 2]) -> Server {
    sized(BUCKETS, rates, budgets, tools)
}

fn sized(room: usize, rates: &str, budgets: &str, tools: [(&str, f64); 2]) -> Server {
    let read = |text: &str, counts| match text {
        "" => Vec::new(),
        text => parse(text, counts).unwrap(),
    };
    let (rates, budgets) = (read(rates, Counts::Calls), read(budgets, Counts::Cost));
    let terms = tools.map(|(rates, cost)| Terms {
        rates: read(rates, Counts::Calls),
        cost: Units::from_f64(cost).unwrap(),
    });
    let start = Instant::now();
    Server { limits: Limits::with_room(room, &rates, &budgets, &terms, start), start }
}

const FREE: [(&str, f64); 2] = [("", 1.0), ("", 1.0)];

impl Server {
    fn at(&self, seconds: f64) -> Instant {
        self.start + Duration::from_secs_f64(seconds)
    }

    fn call(&self, tool: usize, caller: Caller, seconds: f64) -> Result<Taken, Refusal> {
        self.limits.admit(tool, caller, self.at(seconds))
    }

    fn admits(&self, tool: usize, caller: Caller, seconds: f64) -> bool {
        self.call(tool, caller, seconds).is_ok()
    }

    /// How many of so many calls at one moment.
    fn admitted(&self, tool: usize, caller: Caller, seconds: f64, calls: usize) -> usize {
        (0..calls).filter(|_| self.admits(tool, caller, seconds)).count()
    }

    fn user(&self, subject: &str) -> Caller {
        self.limits.caller(&principal(subject), None)
    }

    fn peer(&self, address: impl Into<IpAddr>) -> Caller {
        self.limits.caller(&Principal::anonymous(Transport::Http), Some(address.into()))
    }

    fn left(&self, tool: usize, caller: Caller, seconds: f64) -> String {
        let left = self.limits.remaining_budget(tool, caller, self.at(seconds));
        left.map_or_else(|| "unbounded".into(), |left| left.to_string())
    }
}

fn principal(subject: &str) -> Principal {
    Principal { subject: subject.into(), verified: true, ..Principal::anonymous(Transport::Http) }
}

fn retry_after(refused: Result<Taken, Refusal>) -> Duration {
    match refused.unwrap_err() {
        Refusal::RateLimited { retry_after } | Refusal::BudgetExceeded { retry_after, .. } => {
            retry_after
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_counts_a_caller_a_tool_or_both() {
    let per_caller = server("2/min per_caller", "", FREE);
    let (alice, bob) = (per_caller.user("alice"), per_caller.user("bob"));
    assert!(per_caller.admits(0, alice, 0.0) && per_caller.admits(1, alice, 0.0));
    assert!(!per_caller.admits(0, alice, 0.0) && per_caller.admits(0, bob, 0.0));

    let per_tool = server("2/min per_tool", "", FREE);
    let (alice, bob) = (per_tool.user("alice"), per_tool.user("bob"));
    assert!(per_tool.admits(0, alice, 0.0) && per_tool.admits(0, bob, 0.0));
    assert!(!per_tool.admits(0, alice, 0.0) && per_tool.admits(1, alice, 0.0));

    let both = server("1/min per_caller_tool", "", FREE);
    let (alice, bob) = (both.user("alice"), both.user("bob"));
    assert!(both.admits(0, alice, 0.0) && both.admits(1, alice, 0.0) && both.admits(0, bob, 0.0));
    assert!(!both.admits(0, alice, 0.0) && !both.admits(1, alice, 0.0));
}

#[test]
fn who_calls_is_issuer_tenant_and_subject_or_the_peers_network() {
    let server = server("1/min", "", FREE);
    let of = |issuer: &str, tenant: &str| {
        let principal = Principal {
            issuer: Some(issuer.into()),
            tenant: Some(tenant.into()),
            ..principal("alice")
        };
        server.limits.caller(&principal, None)
    };
    for caller in [of("a", "x"), of("b", "x"), of("a", "y"), server.user("alice"), server.user("")]
    {
        assert_eq!(server.admitted(0, caller, 0.0, 3), 1);
    }
    let network = |address: &str| server.peer(address.parse::<Ipv6Addr>().unwrap());
    assert!(server.admits(0, network("2001:db8:1:1::1"), 0.0));
    assert!(!server.admits(0, network("2001:db8:1:1:ffff::2"), 0.0), "the same /64");
    assert!(server.admits(0, network("2001:db8:1:2::1"), 0.0));
    assert!(server.admits(0, server.peer(Ipv4Addr::new(192, 0, 2, 1)), 0.0));
    assert!(!server.admits(0, network("::ffff:192.0.2.1"), 0.0), "the same address, mapped");
    assert!(server.admits(0, server.peer(Ipv4Addr::new(192, 0, 2, 2)), 0.0));
    let nowhere = server.limits.caller(&Principal::anonymous(Transport::Stdio), None);
    assert_eq!(server.admitted(0, nowhere, 0.0, 3), 1, "peers that are not known are one");
}

#[test]
fn a_token_does_not_change_who_a_verified_caller_is_and_a_peer_does_not_either() {
    let server = server("1/min", "", FREE);
    let from =
        |address: [u8; 4]| server.limits.caller(&principal("alice"), Some(IpAddr::from(address)));
    assert!(server.admits(0, from([192, 0, 2, 1]), 0.0));
    assert!(!server.admits(0, from([192, 0, 2, 2]), 0.0));
}

#[test]
fn a_wait_is_true_on_every_rule_at_once() {
    let server =
        server("3/min; 2/s per_tool; 5/h per_caller_tool", "7/d", [("1/s", 2.0), ("", 2.0)]);
    let alice = server.user("alice");
    let mut now = Duration::ZERO;
    let mut waits = 0;
    for _ in 0..12 {
        let at = |now: Duration| server.start + now;
        match server.limits.admit(0, alice, at(now)) {
            Ok(_) => {}
            Err(refusal) => {
                let wait = retry_after(Err(refusal));
                assert!(wait > Duration::ZERO);
                let tick = Duration::from_nanos(1);
                assert!(
                    server.limits.admit(0, alice, at(now + wait.saturating_sub(tick))).is_err(),
                    "one tick less"
                );
                assert!(server.limits.admit(0, alice, at(now + wait)).is_ok(), "exactly then");
                now += wait;
                waits += 1;
            }
        }
    }
    assert!(waits > 5);
}

#[test]
fn a_tools_own_rate_comes_on_top_and_is_its_own() {
    let server = server("10/min", "", [("2/min", 1.0), ("", 1.0)]);
    let alice = server.user("alice");
    assert_eq!(server.admitted(0, alice, 0.0, 5), 2);
    assert_eq!(
        server.admitted(1, alice, 0.0, 20),
        8,
        "what it refused took nothing of the server's"
    );
    let twins = self::server("100/min", "", [("2/min", 1.0), ("2/min", 1.0)]);
    let alice = twins.user("alice");
    assert_eq!(twins.admitted(0, alice, 0.0, 5), 2);
    assert_eq!(twins.admitted(1, alice, 0.0, 5), 2, "equal words, another bucket");
}

#[test]
fn a_refused_call_spends_neither_calls_nor_cost() {
    let server = server("2/h per_caller_tool", "100/d", [("", 5.0), ("", 5.0)]);
    let alice = server.user("alice");
    assert_eq!(server.admitted(0, alice, 0.0, 7), 2);
    assert_eq!(server.left(0, alice, 0.0), "90");
    let poor = self::server("3/h", "10/d", [("", 10.0), ("", 0.0)]);
    let alice = poor.user("alice");
    assert_eq!(poor.admitted(0, alice, 0.0, 9), 1, "eight calls were too dear");
    assert_eq!(poor.admitted(1, alice, 0.0, 9), 2, "and none of them counted as a call");
}

#[test]
fn a_budget_spans_tools_and_refills_and_says_what_remains() {
    let server = server("", "3/h", [("", 2.0), ("", 2.0)]);
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    assert_eq!(server.left(0, alice, 0.0), "3");
    assert!(server.admits(0, alice, 0.0));
    assert_eq!(server.left(1, alice, 0.0), "1");
    assert_eq!(server.left(1, bob, 0.0), "3");
    let refusal = server.call(1, alice, 0.0).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "budget_exceeded: this call costs 2 and 1 remain; retry after 1200 s (retry_after_seconds=1200)"
    );
    assert!(!server.admits(1, alice, 1199.9) && server.admits(1, alice, 1200.0));
    assert_eq!(self::server("", "", FREE).left(0, alice, 0.0), "unbounded");
}

#[test]
fn a_call_that_costs_nothing_exhausts_no_budget() {
    let server = server("", "1/d", [("", 0.0), ("", 1.0)]);
    let alice = server.user("alice");
    assert_eq!(server.admitted(0, alice, 0.0, 1000), 1000);
    assert_eq!(server.admitted(1, alice, 0.0, 5), 1);
    assert_eq!(server.admitted(0, alice, 0.0, 10), 10, "not even an empty one");
}

#[test]
fn what_failed_costs_nothing_and_still_counts_as_a_call() {
    let server = server("3/h", "10/d", [("", 4.0), ("", 4.0)]);
    let alice = server.user("alice");
    for _ in 0..2 {
        let taken = server.call(0, alice, 0.0).unwrap();
        assert_eq!(server.left(0, alice, 0.0), "6");
        server.limits.give_back(&taken, server.at(0.0));
        assert_eq!(server.left(0, alice, 0.0), "10");
    }
    assert_eq!(server.admitted(0, alice, 0.0, 5), 1);
}

#[test]
fn a_caller_has_sixty_refused_attempts_a_minute() {
    let server = server("5/min", "", FREE);
    let (alice, bob) = (server.user("alice"), server.user("bob"));
    let patience = |caller, seconds| server.limits.patience(Some(0), caller, server.at(seconds));
    for _ in 0..60 {
        assert!(patience(alice, 0.0).is_ok());
        server.limits.refused(alice, server.at(0.0));
    }
    let refusal = patience(alice, 0.0).unwrap_err();
    assert_eq!((refusal.status(), refusal.reason()), ("rate_limited", "refusals"));
    assert!(
        refusal.to_string().starts_with("rate_limited: retry after 1 s (retry_after_seconds=1)")
    );
    assert!(patience(bob, 0.0).is_ok());
    assert!(patience(alice, 0.999).is_err() && patience(alice, 1.0).is_ok());
}

#[test]
fn who_is_out_of_patience_is_told_when_the_call_itself_would_be_admitted() {
    let server = server("1/h", "", FREE);
    let alice = server.user("alice");
    assert!(server.admits(0, alice, 0.0));
    (0..60).for_each(|_| server.limits.refused(alice, server.at(0.0)));
    let wait = |tool| match server.limits.patience(tool, alice, server.at(0.0)).unwrap_err() {
        Refusal::TooManyRefusals { retry_after } => retry_after.as_secs(),
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(Some(0)), 3600);
    assert_eq!(wait(None), 1, "a name that is no tool's has no rate");
}

#[test]
fn bad_tokens_of_a_peer_are_counted_and_its_neighbours_are_not() {
    let server = server("", "", FREE);
    let bad = |last: u8, seconds| {
        server.limits.bad_token(Some(IpAddr::from([192, 0, 2, last])), server.at(seconds))
    };
    assert_eq!((0..500).filter(|_| bad(1, 0.0).is_ok()).count(), 240);
    assert_eq!(bad(1, 0.0), Err(Duration::from_millis(250)));
    assert_eq!(bad(2, 0.0), Ok(()));
    assert_eq!(bad(1, 1.0), Ok(()));
}

#[test]
fn a_million_spoofed_callers_reset_starve_and_grow_nothing() {
    let server = sized(1_000, "2/h; 1/h per_caller_tool", "10/d", [("1/h", 4.0), ("", 4.0)]);
    let (alice, early) = (server.user("alice"), server.peer([203, 0, 113, 1]));
    assert!(server.admits(0, alice, 0.0) && server.admits(0, early, 0.0));
    for spoofed in 0..1_000_000_u32 {
        let caller = server.peer(Ipv4Addr::from(0x0A00_0000 + spoofed));
        let _ = server.call(0, caller, 0.0);
        server.limits.refused(caller, server.at(0.0));
        let _ = server.limits.bad_token(Some(Ipv4Addr::from(spoofed).into()), server.at(0.0));
    }
    for known in [alice, early] {
        assert!(!server.admits(0, known, 0.0), "no rate was reset");
        assert_eq!(server.left(0, known, 0.0), "6", "no budget was reset, and none was spent");
        assert_eq!(server.admitted(1, known, 0.0, 3), 1, "what was left is left");
    }
    let bob = server.user("bob");
    assert!(server.admits(0, bob, 0.0), "verified callers have a store of their own");
    assert!(server.limits.patience(Some(0), bob, server.at(0.0)).is_ok());
    let held = server.limits.buckets.len();
    assert!(held <= 7 * 1_000, "{held}");
}

#[test]
fn streams_are_few_of_a_caller_and_of_all_and_a_network_is_one() {
    let server = server("", "", FREE);
    let enter = |caller: Caller, times: usize| -> Vec<_> {
        (0..times).map_while(|_| server.limits.listen(caller).ok()).collect()
    };
    let network = |last: u16| server.peer(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
    let mut open = enter(network(1), 9);
    assert_eq!(open.len(), 8);
    assert!(enter(network(2), 1).is_empty());
    for user in 0..125 {
        open.extend(enter(server.user(&user.to_string()), 8));
    }
    assert_eq!(open.len(), 1_000);
    assert!(enter(server.user("another"), 1).is_empty());
    open.truncate(7);
    assert_eq!((enter(network(2), 9).len(), enter(server.user("another"), 9).len()), (1, 8));
}
