//! The server's resident memory, once a second.

use std::{fs, sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::interval};

/// The server's memory over time, in kB.
pub struct Memory {
    samples: Arc<std::sync::Mutex<Vec<u64>>>,
    watching: JoinHandle<()>,
}

impl Memory {
    pub fn watch(pid: u32) -> Self {
        let samples = Arc::new(std::sync::Mutex::new(Vec::new()));
        let kept = samples.clone();
        let watching = tokio::spawn(async move {
            let mut ticks = interval(Duration::from_secs(1));
            loop {
                ticks.tick().await;
                if let (Some(kb), Ok(mut kept)) = (resident(pid), kept.lock()) {
                    kept.push(kb);
                }
            }
        });
        Self { samples, watching }
    }

    /// What was seen within so much time.
    pub fn end(self, within: Duration) -> Vec<u64> {
        self.watching.abort();
        let mut samples = self.samples.lock().map(|it| it.clone()).unwrap_or_default();
        samples.truncate(usize::try_from(within.as_secs()).unwrap_or(usize::MAX));
        samples
    }
}

fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The middle of some samples.
pub fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
