//! The load, and the judge of what came of it.
//!
//!     soak-load MINUTES

mod background;
mod calls;
mod http;
mod ledger;
mod memory;
mod report;
mod world;

use std::{
    collections::HashSet,
    env,
    error::Error,
    fs,
    path::Path,
    process::{ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    calls::{KINDS, Kind, try_one},
    http::{Connection, Pace},
    memory::Memory,
    world::{HOT, World},
};

const CALLERS: usize = 10_000;
const WORKERS: u32 = 64;
/// Memory is judged in runs of so many minutes.
const JUDGED: f64 = 3.0;
/// Calls under way when the server is told to end.
const LAST: usize = 100;

type Failure = Box<dyn Error>;

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let minutes: f64 = env::args().nth(1).ok_or("usage: soak-load MINUTES")?.parse()?;
    let rate: f64 = env::var("SOAK_RATE").map_or(Ok(200.0), |rate| rate.parse())?;
    let folder = env::temp_dir().join(format!("doorman-soak-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let (mut server, address) = start(&folder).await?;
    let tokens = fs::read_to_string(folder.join("tokens"))?.lines().map(str::to_owned).collect();
    let world = Arc::new(World::new(address.parse()?, tokens));

    if minutes >= JUDGED {
        warm(&world).await;
    }
    let began = Instant::now();
    let memory = Memory::watch(server.id().ok_or("the server ended")?);
    load(&world, began + Duration::from_secs_f64(minutes * 60.0), WORKERS, rate).await;
    // What is measured while answers are waited for is no load.
    let memory = memory.end(Duration::from_secs_f64(minutes * 60.0));
    let seconds = began.elapsed().as_secs_f64();

    let stats = stats(&world).await?;
    let ending = finish(&world, &mut server).await?;
    let merged = (0..HOT).map(world::name).collect::<HashSet<_>>();
    let settled = world.ledger().settle(&folder.join("audit.jsonl"), &merged);
    let fine = report::print(&world, seconds, &memory, &stats, ending, settled);
    if fine {
        fs::remove_dir_all(&folder)?;
    } else {
        println!("the audit log is kept at {}", folder.join("audit.jsonl").display());
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn start(folder: &Path) -> Result<(Child, String), Failure> {
    let program = env::current_exe()?.with_file_name("soak-server");
    let mut command = Command::new(program);
    command.arg(folder).arg(CALLERS.to_string()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut server = command.spawn()?;
    let output = server.stdout.take().ok_or("no output")?;
    let address = BufReader::new(output).lines().next_line().await?;
    Ok((server, address.ok_or("the server did not start")?))
}

/// Lets every caller call once: what the server keeps of callers grows with them, to a bound, and is no leak.
async fn warm(world: &Arc<World>) {
    let mut all = JoinSet::new();
    for _ in 0..WORKERS {
        let world = world.clone();
        all.spawn(async move {
            let mut connection = None;
            for _ in 0..CALLERS.div_ceil(WORKERS as usize) {
                try_one(&world, KINDS[0].1, &mut connection).await;
            }
        });
    }
    all.join_all().await;
}

/// Calls until the end, and waits for all answers.
async fn load(world: &Arc<World>, end: Instant, workers: u32, rate: f64) {
    let mut all = JoinSet::new();
    for place in 0..workers {
        all.spawn(work(
            world.clone(),
            end,
            Duration::from_secs_f64(f64::from(workers) / rate),
            place,
        ));
    }
    all.spawn(background::bursts(world.clone(), end));
    all.spawn(background::hot(world.clone(), end));
    all.spawn(background::halves(world.clone(), end));
    all.spawn(background::downloads(world.clone(), end));
    all.join_all().await;
}

/// One attempt after another, not more often than once a `pause`.
async fn work(world: Arc<World>, end: Instant, pause: Duration, place: u32) {
    let mut next = Instant::now() + pause * place / WORKERS;
    let mut connection = None;
    let total: u64 = KINDS.iter().map(|(weight, _)| weight).sum();
    let mut turn = u64::from(place).wrapping_mul(0x9E37_79B9);
    while Instant::now() < end {
        sleep_until(next).await;
        next = (next + pause).max(Instant::now());
        turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        try_one(&world, chosen((turn >> 33) % total), &mut connection).await;
    }
}

fn chosen(mut number: u64) -> Kind {
    for (weight, kind) in KINDS {
        match number.checked_sub(*weight) {
            Some(left) => number = left,
            None => return *kind,
        }
    }
    KINDS[0].1
}

async fn stats(world: &World) -> Result<Value, Failure> {
    let mut connection = Connection::open(world.server, 1).await?;
    let request = "GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    Ok(serde_json::from_slice(&connection.ask(request, Pace::Fast).await?.body)?)
}

/// Tells the server to end while calls are under way and connections lead nowhere: gives how long that took.
async fn finish(world: &Arc<World>, server: &mut Child) -> Result<Duration, Failure> {
    let mut halves = Vec::new();
    for turn in 0..6 {
        halves.push(background::half(world, turn).await?);
    }
    let under_way = world.clone();
    let calls = tokio::spawn(async move { background::together(&under_way, LAST, "long").await });
    while stats(world).await?["running"].as_u64().is_none_or(|now| now < LAST as u64) {
        if calls.is_finished() {
            world.ledger().violate("the last calls did not run at once".into());
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    let pid = server.id().ok_or("the server ended by itself")?.to_string();
    Command::new("kill").args(["-TERM", &pid]).status().await?;
    let told = Instant::now();
    while Connection::open(world.server, 1).await.is_ok() {
        sleep(Duration::from_millis(10)).await;
    }
    if told.elapsed() > Duration::from_secs(5) || calls.is_finished() {
        world.ledger().violate("the server let callers in after it was told to end".into());
    }
    calls.await?;
    let status = timeout(Duration::from_secs(60), server.wait()).await??;
    if !status.success() {
        world.ledger().violate(format!("the server ended with {status}"));
    }
    Ok(told.elapsed())
}
