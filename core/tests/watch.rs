//! Files that are followed: real ones, in a temporary folder.
//!
//! Looks are asked for one by one wherever that is possible, so that nothing here depends on
//! how fast a machine is. Where time must pass, it is waited for what is to happen.
#![cfg(feature = "files")]

mod folder;

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fingerpost::compile::Compiler;
use fingerpost::diagnostic::Severity;
use fingerpost::files::{self, Limits};
use fingerpost::import;
use fingerpost::watch::{Event, Options, Trouble, Watch};
use fingerpost::{Draws, Handle, Reader, Request};

use folder::Folder;

/// What takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A manifest whose only route leads to this backend.
fn routes(backend: &str) -> String {
    route("all", "/", backend)
}

fn route(name: &str, segments: &str, backend: &str) -> String {
    format!(
        "fingerpost: v1\nroutes:\n- name: {name}\n  rules:\n  \
         - {{match: {{path: {{segments: {segments}}}}}, backend: {backend}}}\n"
    )
}

/// Errors: a backend that is a list.
const BROKEN: &str = "fingerpost: v1\nroutes: 7\n";

/// Every state counts that does not change while it is read.
fn at_once() -> Options {
    let mut options = Options::default();
    options.settle = Duration::ZERO;
    options.interval = Duration::from_millis(5);
    options
}

fn start(folder: &Folder) -> Watch {
    Watch::start([folder.path()], at_once()).unwrap().0
}

/// The backend that the table in use gives a path; empty where none.
fn backend_of(reader: &mut Reader, path: &str) -> String {
    let (table, scratch) = reader.current();
    let request = Request::new(b"GET", path.as_bytes());
    let decision = table.decide_with(scratch, &request, Draws::fixed(0));
    decision
        .backend()
        .map(|backend| backend.name.to_string())
        .unwrap_or_default()
}

fn backend(watch: &Watch, path: &str) -> String {
    backend_of(&mut watch.handle().reader(), path)
}

#[track_caller]
fn is_replaced(event: &Option<Event>) {
    assert!(matches!(event, Some(Event::Replaced(_))), "{event:?}");
}

#[track_caller]
fn is_unreadable(event: &Option<Event>, says: &str) {
    let Some(Event::Kept(Trouble::Unreadable(error))) = event else {
        panic!("{event:?}");
    };
    assert!(error.to_string().contains(says), "{error}");
}

#[test]
fn a_file_that_is_renamed_over_another_replaces_the_table() {
    let folder = Folder::new("rename");
    folder.write("a.yaml", &routes("v1"));
    let mut watch = start(&folder);
    assert_eq!(backend(&watch, "/"), "v1");
    assert!(watch.look().is_none());
    // As editors do: the text into a new file, that over the old one.
    folder.write("a.yaml~", &routes("v2"));
    assert!(watch.look().is_none());
    fs::rename(folder.join("a.yaml~"), folder.join("a.yaml")).unwrap();
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/"), "v2");
    // Others put the old one aside first, so that for a moment there is none.
    fs::rename(folder.join("a.yaml"), folder.join("a.yaml~")).unwrap();
    is_unreadable(&watch.look(), "no *.yaml");
    folder.write("a.yaml", &routes("v3-of-another-length"));
    is_replaced(&watch.look());
}

/// Elsewhere it shows when the file is read a second time.
#[cfg(unix)]
#[test]
fn an_older_file_of_the_same_length_replaces_the_table() {
    let folder = Folder::new("older");
    folder.write("a.yaml", &routes("v1"));
    folder.write("b.old", &routes("v2"));
    let time = fs::metadata(folder.join("a.yaml"))
        .unwrap()
        .modified()
        .unwrap();
    let older = fs::File::options()
        .write(true)
        .open(folder.join("b.old"))
        .unwrap();
    older.set_modified(time).unwrap();
    drop(older);
    let mut watch = start(&folder);
    fs::rename(folder.join("b.old"), folder.join("a.yaml")).unwrap();
    is_replaced(&watch.look());
}

#[test]
fn files_come_and_go_in_folders_below() {
    let folder = Folder::new("below");
    folder.write("a.yaml", &route("a", "/a", "a"));
    let mut watch = start(&folder);
    folder.write("x/y/b.yml", &route("b", "/b", "b"));
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/b"), "b");
    folder.write("x/y/notes.txt", "none of it");
    folder.write("x/.hidden.yaml", BROKEN);
    assert!(watch.look().is_none());
    fs::rename(folder.join("x"), folder.join("z")).unwrap();
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/b"), "b");
    fs::remove_dir_all(folder.join("z")).unwrap();
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/b"), "");
    assert_eq!(backend(&watch, "/a"), "a");
}

/// SPEC: Kubernetes, `pkg/volume/util/atomic_writer.go`: the files of a volume are links
/// through `..data`, which is a link to a folder with a time in its name. A new one is
/// written beside it, and `..data` is replaced by renaming.
#[cfg(unix)]
#[test]
fn a_mounted_config_map_is_replaced_as_a_whole() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("config-map");
    let fill = |name: &str, backend: &str| {
        folder.write(&format!("{name}/a.yaml"), &route("a", "/a", backend));
        folder.write(&format!("{name}/b.yaml"), &route("b", "/b", backend));
    };
    fill("..2026_01", "v1");
    symlink("..2026_01", folder.join("..data")).unwrap();
    symlink("..data/a.yaml", folder.join("a.yaml")).unwrap();
    symlink("..data/b.yaml", folder.join("b.yaml")).unwrap();
    // By folder, and by the name of one file in it.
    let mut watch = start(&folder);
    let (mut of_file, report) = Watch::start([folder.join("a.yaml")], at_once()).unwrap();
    assert_eq!(report.files(), 1);
    for number in 2..5 {
        let (old, new) = (
            format!("..2026_0{}", number - 1),
            format!("..2026_0{number}"),
        );
        let version = format!("v{number}");
        fill(&new, &version);
        assert!(watch.look().is_none() && of_file.look().is_none());
        symlink(&new, folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
        is_replaced(&watch.look());
        is_replaced(&of_file.look());
        fs::remove_dir_all(folder.join(&old)).unwrap();
        assert!(watch.look().is_none() && of_file.look().is_none());
        assert_eq!(backend(&watch, "/a"), version);
        assert_eq!(backend(&watch, "/b"), version);
        assert_eq!(backend(&of_file, "/a"), version);
    }
}

#[test]
fn a_file_that_is_half_written_is_left_alone() {
    let folder = Folder::new("half");
    let whole =
        route("a", "/a", "v2") + &route("b", "/b", "v2").replace("fingerpost: v1\nroutes:\n", "");
    folder.write("a.yaml", &routes("v1"));
    let mut options = at_once();
    options.settle = Duration::from_millis(200);
    let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
    // Half of it is a manifest too, of one route.
    folder.write("a.yaml", &route("a", "/a", "v2"));
    assert!(watch.look().is_none());
    folder.write("a.yaml", &whole);
    assert!(watch.look().is_none());
    assert_eq!(backend(&watch, "/a"), "v1");
    is_replaced(&watch.wait(PATIENCE));
    assert_eq!(backend(&watch, "/b"), "v2");
}

#[test]
fn what_is_touched_or_written_as_it_was_replaces_nothing() {
    let folder = Folder::new("touch");
    folder.write("a.yaml", &routes("v1"));
    let mut watch = start(&folder);
    let before = watch.handle().table();
    let file = fs::File::options()
        .write(true)
        .open(folder.join("a.yaml"))
        .unwrap();
    let time = std::time::SystemTime::now() + Duration::from_secs(100);
    file.set_modified(time).unwrap();
    assert!(watch.look().is_none());
    folder.replace("a.yaml", &routes("v1"));
    assert!(watch.look().is_none());
    drop(before);
    assert_eq!(watch.handle().collect(), 0, "no table was made");
}

#[test]
fn an_error_keeps_the_table_and_is_told_once() {
    let folder = Folder::new("error");
    folder.write("a.yaml", &routes("v1"));
    let mut watch = start(&folder);
    folder.replace("a.yaml", BROKEN);
    let event = watch.look();
    let Some(Event::Kept(Trouble::Refused(report))) = &event else {
        panic!("{event:?}");
    };
    assert_eq!(report.count(Severity::Error), 1);
    let told = event.as_ref().unwrap().to_string();
    assert!(
        told.starts_with("the table before stays in use: routes are refused\n")
            && told.contains("a.yaml:2:9: error[FP"),
        "{told}"
    );
    assert_eq!(backend(&watch, "/"), "v1");
    assert!(watch.look().is_none());
    folder.replace("a.yaml", BROKEN);
    assert!(watch.look().is_none(), "it is as it was");
    // Another error is told, and what is good again is taken.
    folder.replace("a.yaml", "fingerpost: v1\nroutes: eight\n");
    assert!(matches!(watch.look(), Some(Event::Kept(_))));
    folder.replace("a.yaml", &routes("v2"));
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/"), "v2");
    // Back to what is in use, nothing is replaced.
    folder.replace("a.yaml", BROKEN);
    assert!(matches!(watch.look(), Some(Event::Kept(_))));
    folder.replace("a.yaml", &routes("v2"));
    assert!(matches!(watch.look(), Some(Event::Restored)));
    assert!(watch.look().is_none());
}

#[test]
fn the_caller_says_what_keeps_the_table() {
    // A warning: a rule that no gateway leads to.
    let warned = "fingerpost: v1\nroutes:\n- name: a\n  rules:\n  - {match: {path: {regex: '/a.*'}}, backend: v2}\n";
    let folder = Folder::new("says");
    for (keep_from, broken) in [
        (Some(Severity::Error), true),
        (Some(Severity::Note), true),
        (None, false),
    ] {
        folder.replace("a.yaml", &routes("v1"));
        let mut options = at_once();
        options.keep_from = keep_from;
        let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
        folder.replace("a.yaml", BROKEN);
        let event = watch.look();
        assert_eq!(
            matches!(event, Some(Event::Kept(Trouble::Refused(_)))),
            broken,
            "{event:?}"
        );
        folder.replace("a.yaml", warned);
        is_replaced(&watch.look());
    }
}

#[test]
fn a_start_with_errors_is_refused_unless_it_is_asked_for() {
    let folder = Folder::new("start");
    let text = routes("v1") + "- {name: bad, rules: 7}\n";
    folder.write("a.yaml", &text);
    let refused = Watch::start([folder.path()], at_once()).map(|_| ());
    assert!(matches!(refused, Err(Trouble::Refused(_))), "{refused:?}");
    let mut options = at_once();
    options.starts_with_errors = true;
    let (mut watch, report) = Watch::start([folder.path()], options).unwrap();
    assert_eq!(report.worst(), Some(Severity::Error));
    assert_eq!(backend(&watch, "/"), "v1");
    // It is the last good one from now on.
    folder.replace("a.yaml", BROKEN);
    assert!(matches!(watch.look(), Some(Event::Kept(_))));
    let nowhere = Watch::start([folder.join("nowhere")], at_once()).map(|_| ());
    let error = nowhere.unwrap_err().to_string();
    assert!(error.contains("nowhere cannot be read: "), "{error}");
}

#[test]
fn a_handle_that_has_a_table_gets_that_of_the_files() {
    let folder = Folder::new("follow");
    folder.write("a.yaml", &routes("v1"));
    let other = fingerpost::builder::Routes::new().build().unwrap();
    let handle = Handle::new(other);
    let mut reader = handle.reader();
    let mut watch = Watch::follow(handle, [folder.path()], at_once());
    assert_eq!(backend_of(&mut reader, "/"), "");
    is_replaced(&watch.look());
    assert_eq!(backend_of(&mut reader, "/"), "v1");
}

#[test]
fn a_folder_that_vanishes_and_comes_back_is_followed() {
    let folder = Folder::new("vanish");
    folder.write("routes/a.yaml", &routes("v1"));
    let (mut watch, _) = Watch::start([folder.join("routes")], at_once()).unwrap();
    fs::rename(folder.join("routes"), folder.join("away")).unwrap();
    is_unreadable(&watch.look(), "routes cannot be read: ");
    assert!(watch.look().is_none());
    assert_eq!(backend(&watch, "/"), "v1");
    fs::rename(folder.join("away"), folder.join("routes")).unwrap();
    assert!(matches!(watch.look(), Some(Event::Restored)));
    // An empty one is a mount that is not there yet, not a wish for no routes.
    fs::remove_dir_all(folder.join("routes")).unwrap();
    fs::create_dir(folder.join("routes")).unwrap();
    is_unreadable(&watch.look(), "no *.yaml");
    folder.write("routes/b.yaml", &routes("v2"));
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/"), "v2");
}

#[cfg(unix)]
#[test]
fn loops_of_links_end() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("loops");
    folder.write("a/one.yaml", &routes("v1"));
    symlink(folder.path(), folder.join("a/up")).unwrap();
    symlink(folder.join("a"), folder.join("b")).unwrap();
    let (mut watch, report) = Watch::start([folder.path()], at_once()).unwrap();
    assert_eq!(report.files(), 1);
    symlink("self.yaml", folder.join("self.yaml")).unwrap();
    is_unreadable(&watch.look(), "self.yaml cannot be read: ");
    fs::remove_file(folder.join("self.yaml")).unwrap();
    assert!(matches!(watch.look(), Some(Event::Restored)));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_followed_is_told_and_not_opened() {
    let folder = Folder::new("device");
    folder.write("a.yaml", &routes("v1"));
    let paths = [folder.join("a.yaml"), "/dev/null".into()];
    let error = Watch::start(paths, at_once()).unwrap_err().to_string();
    assert!(error.contains("neither a file nor a folder"), "{error}");
}

#[test]
fn very_many_files_are_bounded() {
    let folder = Folder::new("many");
    for number in 0..500 {
        let route = route(&format!("r{number}"), &format!("/r{number}"), "v1");
        folder.write(&format!("f{}/r{number}.yaml", number % 7), &route);
    }
    let mut options = at_once();
    options.limits.entries = 507;
    let (mut watch, report) = Watch::start([folder.path()], options).unwrap();
    assert_eq!(report.files(), 500);
    drop(report);
    folder.write("one-more.txt", "");
    is_unreadable(&watch.look(), "more than 507 entries");
    fs::remove_file(folder.join("one-more.txt")).unwrap();
    assert!(matches!(watch.look(), Some(Event::Restored)));
    folder.replace("f3/r3.yaml", &route("r3", "/r3", "v2"));
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/r3"), "v2");
}

#[test]
fn files_over_a_limit_keep_the_table() {
    let folder = Folder::new("large");
    folder.write("a.yaml", &routes("v1"));
    let mut options = at_once();
    options.limits.file_bytes = 1_000;
    options.limits.total_bytes = 1_500;
    options.limits.depth = 2;
    let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
    folder.write("b.yaml", &"#\n".repeat(501));
    is_unreadable(&watch.look(), "b.yaml cannot be read: more than 1000 bytes");
    folder.replace("b.yaml", &"#\n".repeat(450));
    folder.write("c.yaml", &"#\n".repeat(300));
    is_unreadable(&watch.look(), "c.yaml cannot be read: more than ");
    fs::remove_file(folder.join("b.yaml")).unwrap();
    fs::remove_file(folder.join("c.yaml")).unwrap();
    folder.write("1/2/3/d.yaml", &routes("v2"));
    is_unreadable(&watch.look(), "nested more than 2 deep");
}

#[test]
fn files_that_never_rest_are_told_and_not_read() {
    let folder = Folder::new("restless");
    folder.write("a.yaml", &routes("v1"));
    let mut options = at_once();
    options.settle = PATIENCE;
    options.patience = Duration::from_millis(1);
    let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
    folder.replace("a.yaml", &routes("v2"));
    assert!(watch.look().is_none());
    thread::sleep(Duration::from_millis(2));
    folder.replace("a.yaml", &routes("v3"));
    let event = watch.look();
    assert!(
        matches!(event, Some(Event::Kept(Trouble::Unsettled(_)))),
        "{event:?}"
    );
    assert!(watch.look().is_none());
    assert_eq!(backend(&watch, "/"), "v1");
}

#[test]
fn a_wait_ends_with_its_time_and_when_it_is_stopped() {
    let folder = Folder::new("wait");
    folder.write("a.yaml", &routes("v1"));
    let mut watch = start(&folder);
    assert!(watch.wait(Duration::ZERO).is_none());
    assert!(watch.wait(Duration::from_millis(20)).is_none());
    folder.replace("a.yaml", &routes("v2"));
    is_replaced(&watch.wait(PATIENCE));
    let mut options = at_once();
    options.interval = Duration::MAX;
    let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
    let stopper = watch.stopper();
    let watching = thread::spawn(move || {
        watch.run(|event| panic!("{event}"));
        watch
    });
    stopper.stop();
    let mut watch = watching.join().unwrap();
    assert!(stopper.is_stopped() && watch.wait(Duration::MAX).is_none());
}

#[test]
fn an_idle_reader_holds_one_table_however_often_files_change() {
    let folder = Folder::new("idle");
    folder.write("a.yaml", &routes("v0"));
    let mut watch = start(&folder);
    let idle = watch.handle().reader();
    for number in 1..100 {
        folder.replace("a.yaml", &routes(&format!("v{number}")));
        is_replaced(&watch.look());
        assert!(watch.look().is_none());
        assert_eq!(watch.handle().collect(), 1);
    }
    drop(idle);
    assert!(watch.look().is_none());
}

/// Two threads match, one follows, one changes the files: nobody ever sees a table of half
/// the files, none older than one seen before, and errors on the way keep the last.
#[test]
fn two_threads_match_while_the_files_change() {
    const VERSIONS: u32 = 20;
    let folder = Folder::new("threads");
    let write = |version: u32| {
        // Two routes in one file: both of one version, or a reader has half of a table.
        let text = |name| route(name, &format!("/{name}"), &format!("v{version}"));
        folder.replace(
            "all.yaml",
            &(text("a") + &text("b").replace("fingerpost: v1\nroutes:\n", "")),
        );
    };
    write(0);
    let mut watch = start(&folder);
    let (is_done, newest) = (AtomicBool::new(false), AtomicU32::new(0));
    let stopper = watch.stopper();
    let version = |backend: String| -> u32 { backend.trim_start_matches('v').parse().unwrap() };
    let mut events = (0, 0);
    thread::scope(|scope| {
        for _ in 0..2 {
            let mut reader = watch.handle().reader();
            let (is_done, newest) = (&is_done, &newest);
            scope.spawn(move || {
                let mut last = 0;
                while !is_done.load(Ordering::SeqCst) {
                    for path in ["/a", "/b/x"] {
                        let now = version(backend_of(&mut reader, path));
                        assert!(now >= last, "{now} after {last}");
                        last = now;
                    }
                    newest.fetch_max(last, Ordering::SeqCst);
                    // There may be fewer cores than threads.
                    thread::yield_now();
                }
                assert_eq!(version(backend_of(&mut reader, "/a")), VERSIONS);
            });
        }
        let watching = scope.spawn(|| {
            let (mut replaced, mut kept) = (0, 0);
            watch.run(|event| match event {
                Event::Replaced(_) => replaced += 1,
                Event::Kept(_) => kept += 1,
                other => panic!("{other}"),
            });
            (replaced, kept)
        });
        let began = Instant::now();
        for version in 1..=VERSIONS {
            if version % 5 == 0 {
                folder.replace("all.yaml", BROKEN);
            }
            write(version);
            while newest.load(Ordering::SeqCst) < version {
                assert!(began.elapsed() < PATIENCE, "version {version} is not seen");
                thread::sleep(Duration::from_millis(1));
            }
        }
        is_done.store(true, Ordering::SeqCst);
        stopper.stop();
        events = watching.join().unwrap();
    });
    assert_eq!(events.0, VERSIONS, "each version was waited for");
    assert!(events.1 <= VERSIONS / 5);
    assert_eq!(watch.handle().collect(), 0);
}

/// The bytes of a snapshot whose only route leads to this backend.
fn snapshot(backend: &str) -> Vec<u8> {
    let folder = Folder::new(&format!("snapshot-of-{backend}"));
    folder.write("a.yaml", &routes(backend));
    let files = files::read(&[folder.path()], &Limits::default()).unwrap();
    let compiled = files.compile(&import::Options::default(), &Compiler::new());
    compiled.table.to_snapshot()
}

#[test]
fn a_snapshot_is_followed_and_one_that_is_damaged_keeps_the_table() {
    let folder = Folder::new("snapshot");
    let file = folder.join("table.fpt");
    let (one, two) = (snapshot("v1"), snapshot("v2-longer"));
    fs::write(&file, &one).unwrap();
    let (mut watch, report) = Watch::start([&file], at_once()).unwrap();
    assert_eq!(backend(&watch, "/"), "v1");
    assert_eq!((report.files(), report.worst()), (1, None));
    assert_eq!(report.snapshot.as_deref(), file.to_str());
    assert!(watch.look().is_none());
    // As whoever copies it in place leaves it for a moment, and as a disk leaves it.
    let mut damaged = two.clone();
    damaged[100] ^= 1;
    for (bytes, says) in [
        (&two[..two.len() / 2], "it is cut"),
        (&two[..0], "not a snapshot"),
        (&damaged[..], "it is damaged"),
    ] {
        fs::write(&file, bytes).unwrap();
        is_unreadable(&watch.look(), says);
        assert!(watch.look().is_none(), "told once");
        assert_eq!(backend(&watch, "/"), "v1");
    }
    fs::write(&file, &one).unwrap();
    assert!(matches!(watch.look(), Some(Event::Restored)));
    fs::write(&file, &two).unwrap();
    let event = watch.look();
    is_replaced(&event);
    let told = event.unwrap().to_string();
    assert_eq!(told, "another table is in use, of 1 file");
    assert_eq!(backend(&watch, "/"), "v2-longer");
    fs::write(&file, &two).unwrap();
    assert!(watch.look().is_none(), "it is what it was");
}

#[test]
fn a_folder_goes_from_manifests_to_a_snapshot_and_never_has_both() {
    let folder = Folder::new("both");
    folder.write("a.yaml", &routes("manifest"));
    let mut watch = start(&folder);
    fs::write(folder.join("table.fpt"), snapshot("compiled")).unwrap();
    is_unreadable(&watch.look(), "which stands alone");
    assert_eq!(backend(&watch, "/"), "manifest");
    fs::remove_file(folder.join("a.yaml")).unwrap();
    is_replaced(&watch.look());
    assert_eq!(backend(&watch, "/"), "compiled");
}
