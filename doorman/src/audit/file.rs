//! A file of records, opened again when its name is given to another.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    record::AuditRecord,
    sink::{AuditSink, line},
};
use crate::error::Error;

/// One JSON object a line, each written whole before the next.
pub(super) struct File {
    path: PathBuf,
    /// The writer is one thread, so nobody waits here.
    open: Mutex<Open>,
    hangup: Hangup,
}

struct Open {
    file: fs::File,
    /// Whether the last line ends in its midst.
    torn: bool,
    /// Whether another file may have the name by now.
    stale: bool,
    /// Whether it was told that the file could not be opened again.
    warned: bool,
}

impl File {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        // A process may change its folder, and must find the file again.
        let absolute = std::path::absolute(path).map_err(|error| refused(path, &error))?;
        let file = append(&absolute).map_err(|error| refused(path, &error))?;
        let hangup = Hangup::listen().map_err(|error| refused(path, &error))?;
        let open = Open { file, torn: false, stale: false, warned: false };
        Ok(Self { path: absolute, open: open.into(), hangup })
    }
}

impl AuditSink for File {
    fn record(&self, record: &AuditRecord) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.stale |= self.hangup.take();
        if open.stale {
            open.again(&self.path);
        }
        open.write(&line(record)?)
    }
}

impl Open {
    /// Opens the file of this name. Until that succeeds the old one serves, and every record tries again.
    fn again(&mut self, path: &Path) {
        match append(path) {
            Ok(file) => *self = Self { file, torn: false, stale: false, warned: false },
            Err(error) => {
                if !std::mem::replace(&mut self.warned, true) {
                    let kind = error.kind();
                    tracing::warn!(
                        "the audit file cannot be opened again, the old one serves: {kind}"
                    );
                }
            }
        }
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
            self.torn = false;
        }
        let mut rest = line;
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.torn = !rest.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.file.flush()
    }
}

fn append(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn refused(path: &Path, error: &io::Error) -> Error {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.filter(|folder| !folder.is_dir());
    let problem = folder.map_or_else(
        || format!("cannot open `{}`: {error}", path.display()),
        |folder| format!("cannot open `{}`: `{}` is no folder", path.display(), folder.display()),
    );
    Error::Setting {
        setting: "AuditLog::file",
        problem,
        allowed: "a file that this process can write, in a folder that is there",
    }
}

/// Hears SIGHUP, by which tools that rotate logs say that they did.
#[cfg(unix)]
struct Hangup {
    heard: std::sync::Arc<std::sync::atomic::AtomicBool>,
    registered: signal_hook::SigId,
}

#[cfg(unix)]
impl Hangup {
    fn listen() -> io::Result<Self> {
        let heard = std::sync::Arc::default();
        let registered = signal_hook::flag::register(
            signal_hook::consts::SIGHUP,
            std::sync::Arc::clone(&heard),
        )?;
        Ok(Self { heard, registered })
    }

    fn take(&self) -> bool {
        self.heard.swap(false, std::sync::atomic::Ordering::AcqRel)
    }
}

#[cfg(unix)]
impl Drop for Hangup {
    fn drop(&mut self) {
        signal_hook::low_level::unregister(self.registered);
    }
}

#[cfg(not(unix))]
struct Hangup;

#[cfg(not(unix))]
impl Hangup {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    fn take(&self) -> bool {
        false
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::Value;
    use signal_hook::{consts::SIGHUP, low_level::raise};

    use super::*;
    use crate::audit::{
        AuditLog,
        tests::{SOON, attempt},
    };

    /// A folder of one test, gone with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("doorman-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str) -> PathBuf {
            self.0.join(name)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    /// The numbers of the records in a file.
    fn numbers(path: &Path) -> Vec<u64> {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let record = |line| serde_json::from_str::<Value>(line).unwrap();
        text.lines().map(|line| record(line)["sequence"].as_u64().unwrap()).collect()
    }

    #[test]
    fn records_are_lines_at_the_end_of_a_file_for_its_owner() {
        let folder = Folder::new("lines");
        let path = folder.file("audit.jsonl");
        for _ in 0..2 {
            let log = AuditLog::file(&path).unwrap();
            attempt(&log);
            attempt(&log);
            assert!(log.flush(SOON));
        }
        assert_eq!(numbers(&path), [1, 2, 1, 2]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_cannot_be_opened_refuses_to_start_and_is_named() {
        let folder = Folder::new("missing");
        let error = |path: &Path| AuditLog::file(path).unwrap_err().to_string();
        let missing = error(&folder.file("not-there/audit.jsonl"));
        assert!(missing.starts_with("`AuditLog::file` cannot open"), "{missing}");
        assert!(missing.contains("not-there` is no folder"), "{missing}");
        assert!(error(&folder.0).contains("directory"), "{}", error(&folder.0));
    }

    // One test of one signal: every file of the process hears it.
    #[test]
    fn after_a_sighup_records_go_to_the_new_file_as_soon_as_it_can_be_opened() {
        let folder = Folder::new("rotation");
        let (path, old) = (folder.file("logs/audit.jsonl"), folder.file("old"));
        let logs = path.parent().unwrap();
        fs::create_dir(logs).unwrap();
        let log = AuditLog::file(&path).unwrap();
        let record = || {
            attempt(&log);
            assert!(log.flush(SOON));
        };
        record();
        fs::rename(logs, &old).unwrap();
        record();
        assert_eq!(numbers(&old.join("audit.jsonl")), [1, 2], "without a signal nothing changes");
        raise(SIGHUP).unwrap();
        record();
        assert_eq!(numbers(&old.join("audit.jsonl")), [1, 2, 3], "the old file serves");
        fs::create_dir(logs).unwrap();
        record();
        record();
        assert_eq!(numbers(&old.join("audit.jsonl")), [1, 2, 3]);
        assert_eq!(numbers(&path), [4, 5], "it was tried again without another signal");
        assert_eq!(log.lost(), 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_a_loss() {
        let log = AuditLog::file("/dev/full").unwrap();
        attempt(&log);
        assert!(log.flush(SOON));
        assert_eq!(log.lost(), 1);
    }

    #[test]
    fn a_torn_line_is_ended_before_the_next() {
        let folder = Folder::new("torn");
        let path = folder.file("audit.jsonl");
        fs::write(&path, "{\"seq").unwrap();
        let file = append(&path).unwrap();
        let mut open = Open { file, torn: true, stale: false, warned: false };
        open.write(b"{}\n").unwrap();
        open.write(b"{}\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"seq\n{}\n{}\n");
    }
}
