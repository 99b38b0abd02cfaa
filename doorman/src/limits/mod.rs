//! How often and how much: rates, budgets and refused attempts, of callers and tools. Who may call at
//! all is decided elsewhere.

mod streams;
#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    time::{Duration, Instant},
};

use smallvec::SmallVec;

use self::streams::{Listening, Streams};
use crate::{
    bucket::{Buckets, Charge, Limit, Nanos, Place, Short, Size},
    error::Refusal,
    principal::Principal,
    rate::{Counts, Rate, Subject},
    units::Units,
};

/// Buckets that one store holds at most.
const BUCKETS: usize = 100_000;

/// Refused attempts of a caller in a minute before it is heard no more.
const REFUSALS: u64 = 60;
/// Bad tokens of a peer in a minute before they are throttled. One address may stand for many clients,
/// whose tokens all expire.
const BAD_TOKENS: u64 = 240;

/// What is counted apart. Each has a store for verified callers and one for the others, so that a flood
/// of made-up callers meets no real one; bad tokens have no caller.
#[derive(Debug, Clone, Copy)]
enum Store {
    Rates = 0,
    Budgets = 2,
    Refusals = 4,
    BadTokens = 6,
}

/// The rules of a server, resolved for each of its tools.
#[derive(Debug)]
pub(crate) struct Limits {
    started: Instant,
    keys: Keys,
    buckets: Buckets,
    tools: Vec<Rules>,
    streams: Streams,
}

/// What one tool's calls are charged.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    /// The tool's own rates, beside those of the server.
    pub(crate) rates: Vec<Rate>,
    /// What a call costs.
    pub(crate) cost: Units,
}

#[derive(Debug)]
struct Rules {
    rules: Vec<Rule>,
    cost: Units,
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    limit: Limit,
    counts: Counts,
    bucket: Bucket,
}

#[derive(Debug, Clone, Copy)]
enum Bucket {
    /// All callers share it.
    Fixed(usize),
    /// Each caller has its own. `salt` tells the rules of one caller apart.
    PerCaller { rule: usize, salt: u128 },
}

/// Who calls, as far as limits are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Caller {
    key: u128,
    verified: bool,
}

/// What a call took, to be given back where its handler failed.
#[derive(Debug)]
#[must_use]
pub(crate) struct Taken(SmallVec<[Charge; 2]>);

impl Limits {
    /// Rules of the server and of each tool, in the order of the tools.
    pub(crate) fn new(rates: &[Rate], budgets: &[Rate], tools: &[Terms], now: Instant) -> Self {
        Self::with_room(BUCKETS, rates, budgets, tools, now)
    }

    /// With so many buckets in a store.
    pub(crate) fn with_room(
        buckets: usize,
        rates: &[Rate],
        budgets: &[Rate],
        tools: &[Terms],
        now: Instant,
    ) -> Self {
        let mut making = Making::default();
        let calls = making.shared(rates, Counts::Calls);
        let costs = making.shared(budgets, Counts::Cost);
        let tools = tools.iter().map(|terms| {
            let shared = calls.iter().chain(&costs);
            let mut rules: Vec<Rule> = shared.map(|rule| making.for_tool(*rule)).collect();
            rules.extend(terms.rates.iter().map(|rate| making.rule(*rate, Counts::Calls)));
            Rules { rules, cost: terms.cost }
        });
        let tools: Vec<Rules> = tools.collect();
        let size = |rules| Size { buckets, rules };
        let (calls, costs) = (size(making.rates), size(making.budgets));
        let sizes = [calls, calls, costs, costs, size(1), size(1), size(1)];
        let buckets = Buckets::new(making.fixed, &sizes);
        Self { started: now, keys: making.keys, buckets, tools, streams: Streams::default() }
    }

    /// A verified caller is its issuer, tenant and subject; anyone else is the peer. Peers that are not
    /// known are one.
    pub(crate) fn caller(&self, principal: &Principal, peer: Option<IpAddr>) -> Caller {
        let verified = principal.verified();
        let key = if verified {
            self.keys.of(&(principal.issuer(), principal.tenant(), principal.subject()))
        } else {
            self.keys.of(&network(peer))
        };
        Caller { key, verified }
    }

    /// Refuses a caller of whom too many attempts were refused, until nothing but the call itself is in
    /// its way. A name that is no tool's has no rules.
    pub(crate) fn patience(
        &self,
        tool: Option<usize>,
        caller: Caller,
        now: Instant,
    ) -> Result<(), Refusal> {
        let now = self.nanos(now);
        let refusals = attempts(Store::Refusals, caller);
        let Err(short) = self.buckets.check(&[refusals], now) else { return Ok(()) };
        let rules = tool.map(|tool| self.buckets.check(&self.charges(tool, caller), now));
        let wait =
            rules.and_then(Result::err).map_or(short.wait, |rules| rules.wait.max(short.wait));
        Err(Refusal::TooManyRefusals { retry_after: Duration::from_nanos(wait) })
    }

    /// Counts a refused attempt.
    pub(crate) fn refused(&self, caller: Caller, now: Instant) {
        // Where the bucket is empty there is nothing left to count.
        let _ = self.buckets.take(&mut [attempts(Store::Refusals, caller)], self.nanos(now));
    }

    /// Counts a token that is not valid; how long its peer has to wait where there were too many.
    pub(crate) fn bad_token(&self, peer: Option<IpAddr>, now: Instant) -> Result<(), Duration> {
        let peer = Caller { key: self.keys.of(&network(peer)), verified: false };
        let taken = self.buckets.take(&mut [attempts(Store::BadTokens, peer)], self.nanos(now));
        taken.map_err(|short| Duration::from_nanos(short.wait))
    }

    /// Takes what a call is charged under every rule, or nothing under any.
    pub(crate) fn admit(
        &self,
        tool: usize,
        caller: Caller,
        now: Instant,
    ) -> Result<Taken, Refusal> {
        let now = self.nanos(now);
        let mut charges = self.charges(tool, caller);
        let taken = self.buckets.take(&mut charges, now);
        taken.map_err(|short| self.refusal(tool, caller, short, now))?;
        let rules = self.tools[tool].rules.iter().zip(charges);
        let of_budgets = rules.filter(|(rule, _)| rule.counts == Counts::Cost);
        Ok(Taken(of_budgets.map(|(_, charge)| charge).collect()))
    }

    /// A place among the streams of changes, for as long as one is open.
    pub(crate) fn listen(&self, caller: Caller) -> Result<Listening<'_>, Refusal> {
        self.streams.enter(caller)
    }

    /// Gives back what a call cost whose handler failed. It still counts as a call: what fails must not
    /// be tried without end.
    pub(crate) fn give_back(&self, taken: &Taken, now: Instant) {
        let now = self.nanos(now);
        taken.0.iter().for_each(|charge| self.buckets.give_back(charge, now));
    }

    /// What a caller can still spend on a tool; `None` where nothing bounds it.
    pub(crate) fn remaining_budget(
        &self,
        tool: usize,
        caller: Caller,
        now: Instant,
    ) -> Option<Units> {
        self.remaining(tool, caller, self.nanos(now))
    }

    fn remaining(&self, tool: usize, caller: Caller, now: Nanos) -> Option<Units> {
        let rules = self.tools[tool].rules.iter().filter(|rule| rule.counts == Counts::Cost);
        rules.map(|rule| self.buckets.left(rule.place(caller), rule.limit, now)).min()
    }

    fn refusal(&self, tool: usize, caller: Caller, short: Short, now: Nanos) -> Refusal {
        let retry_after = Duration::from_nanos(short.wait);
        match self.tools[tool].rules[short.charge].counts {
            Counts::Calls => Refusal::RateLimited { retry_after },
            Counts::Cost => Refusal::BudgetExceeded {
                cost: self.tools[tool].cost,
                remaining: self.remaining(tool, caller, now).unwrap_or_default(),
                retry_after,
            },
        }
    }

    fn charges(&self, tool: usize, caller: Caller) -> SmallVec<[Charge; 8]> {
        let Rules { rules, cost } = &self.tools[tool];
        let charge = |rule: &Rule| {
            let units = if rule.counts == Counts::Calls { Units::ONE } else { *cost };
            Charge::new(rule.place(caller), rule.limit, units)
        };
        rules.iter().map(charge).collect()
    }

    fn nanos(&self, now: Instant) -> Nanos {
        let since = now.saturating_duration_since(self.started);
        Nanos::try_from(since.as_nanos()).unwrap_or(Nanos::MAX / 2)
    }
}

impl Rule {
    fn place(&self, caller: Caller) -> Place {
        let store = if self.counts == Counts::Calls { Store::Rates } else { Store::Budgets };
        match self.bucket {
            Bucket::Fixed(bucket) => Place::fixed(bucket),
            Bucket::PerCaller { rule, salt } => {
                Place::keyed(of(store, caller), rule, caller.key ^ salt)
            }
        }
    }
}

fn attempts(store: Store, caller: Caller) -> Charge {
    let a_minute = match store {
        Store::BadTokens => BAD_TOKENS,
        _ => REFUSALS,
    };
    let limit = Limit::new(Units::from_millionths(a_minute * 1_000_000), 60_000_000_000);
    Charge::new(Place::keyed(of(store, caller), 0, caller.key), limit, Units::ONE)
}

/// The store of this caller's kind.
fn of(store: Store, caller: Caller) -> usize {
    let unverified = !caller.verified && !matches!(store, Store::BadTokens);
    store as usize + usize::from(unverified)
}

/// Who shares an address is one peer: with IPv6 that is the network, since everyone has 2^64 addresses
/// in it.
fn network(peer: Option<IpAddr>) -> Option<(u64, bool)> {
    Some(match peer?.to_canonical() {
        IpAddr::V4(address) => (u32::from(address).into(), false),
        IpAddr::V6(address) => ((u128::from(address) >> 64) as u64, true),
    })
}

/// Counts the rules and buckets of a server that is being built.
#[derive(Default)]
struct Making {
    keys: Keys,
    fixed: usize,
    rates: usize,
    budgets: usize,
    salts: u64,
}

/// A rule of the server: one bucket a caller over all tools, or one to be made for each tool.
#[derive(Clone, Copy)]
enum Shared {
    Made(Rule),
    PerTool(Rate, Counts),
}

impl Making {
    fn shared(&mut self, rates: &[Rate], counts: Counts) -> Vec<Shared> {
        let shared = |rate: &Rate| match rate.subject {
            Subject::Caller => Shared::Made(self.rule(*rate, counts)),
            Subject::Tool | Subject::CallerTool => Shared::PerTool(*rate, counts),
        };
        rates.iter().map(shared).collect()
    }

    fn for_tool(&mut self, shared: Shared) -> Rule {
        match shared {
            Shared::Made(rule) => rule,
            Shared::PerTool(rate, counts) => self.rule(rate, counts),
        }
    }

    /// A rule with buckets of its own.
    fn rule(&mut self, Rate { limit, subject }: Rate, counts: Counts) -> Rule {
        let next = |count: &mut usize| std::mem::replace(count, *count + 1);
        let bucket = match (subject, counts) {
            (Subject::Tool, _) => Bucket::Fixed(next(&mut self.fixed)),
            (_, counts) => {
                self.salts += 1;
                let rules = match counts {
                    Counts::Calls => &mut self.rates,
                    Counts::Cost => &mut self.budgets,
                };
                Bucket::PerCaller { rule: next(rules), salt: self.keys.of(&self.salts) }
            }
        };
        Rule { limit, counts, bucket }
    }
}

/// Makes keys that nobody outside can choose or foresee.
#[derive(Default)]
struct Keys(RandomState, RandomState);

impl Keys {
    fn of(&self, named: &impl std::hash::Hash) -> u128 {
        u128::from(self.0.hash_one(named)) << 64 | u128::from(self.1.hash_one(named))
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}
