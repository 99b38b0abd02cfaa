//! What goes on beside the calls: bursts, callers without measure, connections that lead nowhere.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use crate::{
    calls::{Kind, ask, call, get, of_route, reason, try_one},
    http::{Connection, Pace},
    world::{HOT, World},
};

const LARGE: usize = 1_600 * 65_536;

/// A thousand calls at once, over and over.
pub async fn bursts(world: Arc<World>, end: Instant) {
    let mut ticks = every(30);
    while ticks.tick().await < end {
        together(&world, 1_000, "long").await;
    }
}

/// So many calls at once, each over a connection of its own.
pub async fn together(world: &Arc<World>, count: usize, tool: &'static str) {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let world = world.clone();
        calls.spawn(async move { try_one(&world, Kind::Call(tool, &["ok"]), &mut None).await });
    }
    calls.join_all().await;
}

/// Callers who do not heed what they are told.
pub async fn hot(world: Arc<World>, end: Instant) {
    let mut ticks = every(20);
    while ticks.tick().await < end {
        let mut callers = JoinSet::new();
        for caller in 0..HOT {
            callers.spawn(insist(world.clone(), caller));
        }
        callers.join_all().await;
    }
}

async fn insist(world: Arc<World>, caller: usize) {
    let mut connection = None;
    for _ in 0..50 {
        let mut attempt = world.attempt_of(caller);
        attempt.pad = 1;
        let request = call(&attempt, "echo", world.token(attempt.caller));
        let answer = ask(&world, &mut connection, &attempt, &request, Pace::Fast).await;
        let heard = answer.ok().and_then(|answer| reason(&attempt, &answer));
        match heard {
            Some((reason, _)) => world.ledger().sum(&attempt.name(), "echo", &reason),
            None => world.ledger().violate(format!("{} lost an answer", attempt.name())),
        }
    }
}

/// Connections that send nothing, half a head or half a body, and stay for a while.
pub async fn halves(world: Arc<World>, end: Instant) {
    let mut open = JoinSet::new();
    let mut ticks = interval(Duration::from_millis(500));
    for turn in 0_u32.. {
        if ticks.tick().await >= end {
            break;
        }
        let world = world.clone();
        open.spawn(async move {
            let Ok(_connection) = half(&world, turn).await else { return };
            sleep(Duration::from_secs(10)).await;
            world.ledger().unread("half a request");
        });
    }
    open.join_all().await;
}

pub async fn half(world: &World, turn: u32) -> std::io::Result<Connection> {
    let mut attempt = world.attempt();
    attempt.pad = 500;
    let request = call(&attempt, "echo", world.token(attempt.caller));
    let mut connection = Connection::open(world.server, turn).await?;
    let part = [0, 40, request.len() - 100][turn as usize % 3];
    connection.write(&request.as_bytes()[..part]).await?;
    Ok(connection)
}

/// Programs that fetch 100 MB: slowly, until they lose patience, or all of it.
pub async fn downloads(world: Arc<World>, end: Instant) {
    let mut open = JoinSet::new();
    let mut ticks = every(4);
    for turn in 0_u32.. {
        if ticks.tick().await >= end {
            break;
        }
        let world = world.clone();
        open.spawn(async move {
            if let Err(error) = download(&world, turn % 8 == 0).await {
                world.ledger().violate(format!("a download broke off: {error}"));
            }
        });
    }
    open.join_all().await;
}

async fn download(world: &World, whole: bool) -> std::io::Result<()> {
    let attempt = world.attempt();
    let _flying = world.fly();
    let mut connection = Connection::open(world.server, attempt.caller).await?;
    let request = get("/open/large", &attempt, world.token(attempt.caller));
    connection
        .write(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes())
        .await?;
    let (status, _) = connection.head(Pace::Fast).await?;
    let reason = if status == 429 { "rate_limited".into() } else { of_route(status, &Value::Null) };
    world.ledger().sum(&attempt.name(), "open_large", &reason);
    if whole && status == 200 {
        let total = connection.drain().await?;
        if total < LARGE {
            world.ledger().violate(format!("{total} bytes of {LARGE} came"));
        }
    } else {
        connection.dawdle(Duration::from_secs(12)).await;
    }
    Ok(())
}

fn every(seconds: u64) -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
