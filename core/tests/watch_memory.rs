//! Memory under constant change. A program of its own: what other tests hold would count.
#![cfg(all(feature = "files", target_os = "linux"))]

mod folder;

use std::time::Duration;

use fingerpost::watch::{Event, Options, Watch};

use folder::Folder;

/// Kilobytes that this process has in memory.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_number_of_changes() {
    let folder = Folder::new("memory");
    let text = |version: u32| {
        let rule = |at: u32| {
            format!("  - {{match: {{path: {{segments: /r{at}}}}}, backend: b{at}-{version}}}\n")
        };
        let rules: String = (0..20).map(rule).collect();
        format!("fingerpost: v1\nroutes:\n- name: all\n  rules:\n{rules}")
    };
    folder.replace("a.yaml", &text(0));
    let mut options = Options::default();
    options.settle = Duration::ZERO;
    let (mut watch, _) = Watch::start([folder.path()], options).unwrap();
    let mut reader = watch.handle().reader();
    let mut change = |versions: std::ops::Range<u32>| {
        for version in versions {
            folder.replace("a.yaml", &text(version));
            let event = watch.look();
            assert!(matches!(event, Some(Event::Replaced(_))), "{event:?}");
            // Every third time an error comes between.
            if version % 3 == 0 {
                folder.replace("a.yaml", "fingerpost: v1\nroutes: 7\n");
                assert!(matches!(watch.look(), Some(Event::Kept(_))));
            }
            reader.current();
        }
    };
    change(1_000..1_100);
    let before = resident();
    change(1_100..1_400);
    let after = resident();
    assert!(
        after <= before + 1024,
        "{before} KiB before 300 changes, {after} KiB after"
    );
}
