//! Processes that map one snapshot share it: see `docs/rust.md`, "From a mapped file".
//!
//! Two processes load a table from the same file, and match through it. The system tells
//! what memory each of them takes: the file's pages, which are the same for both and
//! are not written to, and next to nothing of its own. These processes are this test again,
//! with [`FILE`] in its environment.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, io};

use fingerpost::builder::{Route, Routes, segments};
use fingerpost::{Draws, Request, Table};
use memmap2::Mmap;

/// In whose environment this is, maps the file that it names.
const FILE: &str = "FINGERPOST_MAPPED";
/// What a process says begins with it.
const SAYS: &str = "mapped: ";
/// Rules of the table: some 10 MB.
const RULES: usize = 50_000;
/// Requests of each process.
const REQUESTS: usize = 2_000;

#[test]
fn processes_share_a_mapped_snapshot() {
    if let Some(file) = env::var_os(FILE) {
        return load(Path::new(&file));
    }
    let file = Snapshot::write();
    let length = fs::metadata(&file.0).unwrap().len() / 1024;
    assert!(length > 8 << 10, "the snapshot has {length} KiB");

    let first = Process::start(&file.0);
    let alone = first.mapping(&file.0);
    println!("{length} KiB; one process: {alone:?}, {:?}", first.grown());
    // Loading looks at every byte, and changes none.
    assert!(alone.resident * 100 >= length * 95, "{alone:?}");
    assert_eq!((alone.private_dirty, alone.anonymous), (0, 0), "{alone:?}");
    assert_eq!(alone.shared_clean, 0, "{alone:?}");

    let second = Process::start(&file.0);
    for process in [&first, &second] {
        let grown = process.grown();
        assert!(grown * 10 < length, "{grown} KiB besides {length} mapped");
        let shared = process.mapping(&file.0);
        println!("two processes: {shared:?}, {grown} KiB of its own");
        assert!(shared.shared_clean * 100 >= length * 95, "{shared:?}");
        assert!(shared.share * 100 <= shared.resident * 55, "{shared:?}");
        assert_eq!((shared.private_dirty, shared.anonymous), (0, 0));
    }
    first.end();
    second.end();
}

/// What a process does: loads the table, matches, says so, and waits for the end of its
/// input, so that it can be looked at.
fn load(file: &Path) {
    let before = own_anonymous();
    let table = Table::from_snapshot(map(file).unwrap()).unwrap();
    let mut scratch = table.create_scratch();
    for at in (0..RULES).step_by(RULES / REQUESTS) {
        let (host, path) = (host(at), path(at) + "/42");
        let request = Request::new(b"GET", path.as_bytes()).with_authority(host.as_bytes());
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        assert_eq!(decision.backend().unwrap().name, backend(at));
    }
    println!("{SAYS}{}", own_anonymous().saturating_sub(before));
    let _ = io::stdin().read_to_end(&mut Vec::new());
    // Only now may the mapping end.
    drop(table);
}

#[expect(unsafe_code, reason = "a file can be mapped in no other way")]
fn map(file: &Path) -> io::Result<Mmap> {
    let file = File::open(file)?;
    // SAFETY: this test wrote the file under a name of its own, and removes it when the
    // processes that map it have ended. Nobody else writes to it or cuts it.
    unsafe { Mmap::map(&file) }
}

/// A snapshot in a file of its own.
struct Snapshot(PathBuf);

impl Snapshot {
    fn write() -> Self {
        let mut routes = Routes::new();
        for first in (0..RULES).step_by(10) {
            let mut route = Route::host(&host(first));
            for at in first..first + 10 {
                route = route.rule(segments(path(at)).to(backend(at)));
            }
            routes = routes.route(route);
        }
        let bytes = routes.build().unwrap().to_snapshot();
        let name = format!("mapped-{}.fpt", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, bytes).unwrap();
        // What is not yet on the disk counts as changed.
        File::open(&path).unwrap().sync_all().unwrap();
        Self(path)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // Left behind, it costs a few megabytes in the target folder.
        let _ = fs::remove_file(&self.0);
    }
}

fn host(at: usize) -> String {
    format!("app-{}.example", at / 10)
}

fn path(at: usize) -> String {
    format!("/api/v{}/things-{at}", at % 10)
}

fn backend(at: usize) -> String {
    format!("service-{at}")
}

/// A process that has loaded the table.
struct Process {
    child: Child,
    /// Closed, it ends.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    grown: u64,
}

impl Process {
    fn start(file: &Path) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args([
                "--exact",
                "processes_share_a_mapped_snapshot",
                "--nocapture",
            ])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let grown = loop {
            line.clear();
            let length = output.read_line(&mut line).unwrap();
            assert!(length > 0, "the process ended");
            // The name of the test may stand before it.
            if let Some((_, said)) = line.split_once(SAYS) {
                break said.trim().parse().unwrap();
            }
        };
        Self {
            child,
            input,
            output,
            grown,
        }
    }

    /// KiB of memory of its own that it took for the table and for matching.
    fn grown(&self) -> u64 {
        self.grown
    }

    /// What it has of a file.
    fn mapping(&self, file: &Path) -> Mapping {
        let maps = fs::read_to_string(format!("/proc/{}/smaps", self.child.id())).unwrap();
        Mapping::of(&maps, file.to_str().unwrap())
    }

    /// Ends it; what it saw must have been right.
    fn end(mut self) {
        drop(self.input.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success(), "{rest}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended is not there to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A mapping's memory in KiB, as the system counts it.
#[derive(Debug, Default)]
struct Mapping {
    resident: u64,
    /// Its part, where a page that n processes have counts as an nth.
    share: u64,
    shared_clean: u64,
    private_dirty: u64,
    anonymous: u64,
}

impl Mapping {
    fn of(maps: &str, file: &str) -> Self {
        let mut sum = Self::default();
        let mut is_it = false;
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (name, value) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            // A line without a name begins the next mapping.
            if !name.ends_with(':') {
                is_it = line.ends_with(file);
                continue;
            }
            let counted = match name {
                "Rss:" => &mut sum.resident,
                "Pss:" => &mut sum.share,
                "Shared_Clean:" => &mut sum.shared_clean,
                "Private_Dirty:" => &mut sum.private_dirty,
                "Anonymous:" => &mut sum.anonymous,
                _ => continue,
            };
            if is_it {
                *counted += value.parse::<u64>().unwrap();
            }
        }
        sum
    }
}

/// KiB of memory that this process has and no file.
fn own_anonymous() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.unwrap().parse().unwrap()
}
