//! Snapshots: how they are written, that they answer as their manifests do, and what is
//! refused of damaged ones.

mod common;
mod folder;

use std::fs;
use std::hash::Hasher;
use std::path::Path;

use twox_hash::XxHash64;

use common::{fails, texts};
use folder::Folder;

impl Folder {
    /// A snapshot of manifests.
    fn compile(&self, manifests: &str, name: &str, options: &[&str]) -> String {
        let file = self.file(name);
        let args = [&["compile", manifests, "-o", &file], options].concat();
        let (_, stderr, code) = texts(&args, b"");
        assert_eq!(code, 0, "{stderr}");
        file
    }

    /// All that is in it, in order.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn the_same_manifests_give_the_same_bytes() {
    let folder = Folder::new("same");
    for options in [&[][..], &["--without-names"]] {
        let one = fs::read(folder.compile("shop", "one.fpt", options)).unwrap();
        let two = fs::read(folder.compile("shop", "two.fpt", options)).unwrap();
        assert!(one == two);
        // Also to standard output, and of a snapshot instead of the manifests.
        let args = [&["compile", "shop", "-o", "-"], options].concat();
        assert!(common::run(&args, b"").stdout == one);
        let written = folder.file("one.fpt");
        let args = [&["compile", &written, "-o", "-"], options].concat();
        assert!(common::run(&args, b"").stdout == one);
    }
    // Names that are gone do not come back; those that are there can go.
    let bare = fs::read(folder.file("one.fpt")).unwrap();
    let args = ["compile", &folder.file("one.fpt"), "-o", "-"];
    assert!(common::run(&args, b"").stdout == bare);
    folder.compile("shop", "named.fpt", &[]);
    let args = [
        "compile",
        &folder.file("named.fpt"),
        "--without-names",
        "-o",
        "-",
    ];
    assert!(common::run(&args, b"").stdout == bare);
}

/// The examples' folders, and the words of each command in their documents that asks one.
fn examples() -> Vec<(String, Vec<Vec<String>>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut examples = Vec::new();
    for name in ["shop", "native", "app-mesh", "rust/hyper-tower/manifests"] {
        let folder = root.join(name);
        let text = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        let named = format!("examples/{name}");
        let asked: Vec<Vec<String>> = text
            .replace("\\\n", " ")
            .lines()
            .filter_map(|line| {
                let words = words(line.strip_prefix("$ fingerpost ")?);
                let is_asked = ["route", "explain"].contains(&words.first()?.as_str());
                (is_asked && *words.get(1)? == named).then(|| words[2..].to_vec())
            })
            .collect();
        let mut asked = asked;
        for path in ["/", "/cart", "/products/42", "/api/orders/7?x=1"] {
            for url in [path.to_owned(), format!("https://shop.example{path}")] {
                asked.push(vec!["GET".to_owned(), url]);
            }
        }
        examples.push((folder.to_str().unwrap().to_owned(), asked));
    }
    examples
}

/// The words of a line of shell that quotes with single quotes at most.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for c in line.trim_end().chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn a_snapshot_answers_as_its_manifests_do() {
    let folder = Folder::new("equal");
    let mut number = 0;
    for (manifests, asked) in examples() {
        let snapshot = folder.compile(&manifests, "table.fpt", &[]);
        let bare = folder.compile(&manifests, "bare.fpt", &["--without-names"]);
        let both = |before: &[&str], after: &[&str]| {
            let of = |files: &str| {
                let (stdout, _, code) = texts(&[before, &[files], after].concat(), b"");
                (stdout, code)
            };
            let (one, two) = (of(&manifests), of(&snapshot));
            assert_eq!(one, two, "{before:?} {manifests} {after:?}");
        };
        for asked in &asked {
            let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
            both(&["route"], &asked);
            both(&["route", "--json"], &asked);
            both(&["explain", "--all"], &asked);
            both(&["explain", "--json"], &asked);
            number += 1;
            if asked.contains(&"--gateway") || asked.contains(&"--listener") {
                continue;
            }
            let of = |files: &str| {
                let args = [&["route", "--json", files], &asked[..]].concat();
                decided(&texts(&args, b"").0)
            };
            assert_eq!(of(&manifests), of(&bare), "{asked:?}");
            // As far as it can, and never with a failure of its own.
            let (stdout, stderr, code) = texts(&[&["explain", &bare], &asked[..]].concat(), b"");
            let is_ambiguous = stderr.contains("FP1210");
            assert!(
                (code == 0 && !stdout.contains("()")) || is_ambiguous,
                "{asked:?} {stderr}"
            );
        }
        for options in [&[][..], &["--json"], &["--tries"], &["--stats"]] {
            both(&[&["show"], options].concat(), &[]);
        }
        let (stdout, _, code) = texts(&["show", "--tries", &bare], b"");
        assert_eq!(code, 0);
        assert!(stdout.starts_with("stage "), "{stdout}");
    }
    assert!(number > 40, "{number}");
}

/// A decision without what names say of it.
fn decided(line: &str) -> serde_json::Value {
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(line) else {
        return serde_json::Value::Null;
    };
    let fields = value.as_object_mut().unwrap();
    for name in [
        "gateway",
        "listener",
        "route",
        "rule",
        "rule_name",
        "match",
        "origin",
        "stages",
    ] {
        fields.remove(name);
    }
    value
}

#[test]
fn a_snapshot_comes_through_standard_input_too() {
    let bytes = common::run(&["compile", "shop", "-o", "-"], b"").stdout;
    let (stdout, stderr, code) = texts(&["route", "-", "GET", "http://shop.example/cart"], &bytes);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        stdout.starts_with("forward  Service shop/cart:8080"),
        "{stdout}"
    );
    assert_eq!(texts(&["check", "-"], &bytes).2, 0);
}

#[test]
fn a_stream_of_requests_is_answered_of_a_snapshot() {
    let folder = Folder::new("stream");
    let snapshot = folder.compile("shop", "table.fpt", &[]);
    let lines = b"{\"path\":\"/cart\",\"authority\":\"shop.example\"}\n{\"path\":\"/x\"}\n";
    let of = |files: &str| texts(&["route", files, "--requests", "-"], lines);
    assert_eq!(of("shop"), of(&snapshot));
}

#[test]
fn nothing_is_written_where_manifests_have_errors() {
    let folder = Folder::new("errors");
    let file = folder.file("table.fpt");
    fails(&["compile", "broken", "-o", &file], 1, "nothing is written");
    assert_eq!(folder.names(), [""; 0]);
    // Neither over what is there.
    fs::write(&file, "before").unwrap();
    let (stdout, stderr, code) = texts(&["compile", "broken", "-o", &file, "--json"], b"");
    assert_eq!((code, stderr.as_str()), (1, ""));
    let told: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert!(told.get("written").is_none(), "{stdout}");
    assert!(
        !told["diagnostics"].as_array().unwrap().is_empty(),
        "{stdout}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"before");
    assert!(
        common::run(&["compile", "broken", "-o", "-"], b"")
            .stdout
            .is_empty()
    );
}

#[test]
fn json_says_what_was_written() {
    let folder = Folder::new("json");
    let file = folder.file("table.fpt");
    for (options, names) in [(&[][..], true), (&["--without-names"], false)] {
        let args = [&["compile", "shop", "-o", &file, "--json"], options].concat();
        let (stdout, stderr, code) = texts(&args, b"");
        assert_eq!((code, stderr.as_str()), (0, ""));
        let told: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        let written = &told["written"];
        let bytes = fs::read(&file).unwrap();
        assert_eq!(written["file"], file.as_str());
        assert_eq!(written["bytes"], bytes.len());
        assert_eq!(written["rules"], 4);
        assert_eq!(written["names"], names);
        assert_eq!(written["checksum"], format!("{:016x}", checksum(&bytes)));
        assert_eq!(told["diagnostics"], serde_json::json!([]));
    }
}

/// Whoever has the old file open or mapped keeps it as it was.
#[cfg(unix)]
#[test]
fn a_file_that_is_there_is_replaced_and_not_written_over() {
    use std::io::Read;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let folder = Folder::new("replace");
    let file = folder.file("table.fpt");
    fs::write(&file, "what was there before").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&file).unwrap();
    let mut open = fs::File::open(&file).unwrap();
    folder.compile("shop", "table.fpt", &[]);
    let mut text = String::new();
    open.read_to_string(&mut text).unwrap();
    assert_eq!(text, "what was there before");
    let after = fs::metadata(&file).unwrap();
    assert_ne!(before.ino(), after.ino());
    assert_eq!(after.mode() & 0o777, 0o640);
    assert_eq!(folder.names(), ["table.fpt"]);
    // A link stays one.
    symlink("table.fpt", folder.file("link.fpt")).unwrap();
    folder.compile("mesh.yaml", "link.fpt", &[]);
    assert!(
        fs::symlink_metadata(folder.file("link.fpt"))
            .unwrap()
            .is_symlink()
    );
    assert_ne!(fs::metadata(&file).unwrap().ino(), after.ino());
    assert_eq!(folder.names(), ["link.fpt", "table.fpt"]);
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let folder = Folder::new("unwritable");
    let nowhere = folder.file("nowhere/table.fpt");
    let says = "nowhere/table.fpt cannot be written: no such file or directory [FP1702]";
    fails(&["compile", "shop", "-o", &nowhere], 3, says);
    let says = "cannot be written: it is a folder [FP1702]";
    fails(&["compile", "shop", "-o", folder.path()], 3, says);
    let args = ["compile", "shop", "-o", folder.path(), "--json"];
    fails(&args, 3, r#"{"error":{"code":"FP1702","#);
}

#[test]
fn wrong_usage_is_told() {
    let folder = Folder::new("usage");
    let table = folder.compile("shop", "table.fpt", &[]);
    fails(&["compile", "shop"], 2, "--output <FILE>");
    fails(&["compile", "-o", "x.fpt"], 2, "FILES");
    fails(
        &["compile", "shop", "-o", "-", "--json"],
        2,
        "both the snapshot and JSON",
    );
    // What is read is not written over, nor added to.
    let says = "which is read: write it elsewhere";
    fails(&["compile", &table, "-o", &table], 2, says);
    fails(&["compile", "mesh.yaml", "-o", "mesh.yaml"], 2, says);
    fails(&["compile", "shop", "-o", "shop/table.fpt"], 2, says);
    fails(
        &["show", &table, "--status"],
        2,
        "--status is about the objects of manifests",
    );
    let bare = folder.compile("shop", "bare.fpt", &["--without-names"]);
    fails(&["show", &bare], 2, "--stats and --tries show what it has");
    fails(
        &["route", &bare, "GET", "/", "--gateway", "shop/public"],
        2,
        "the table has no names of gateways [FP1211]",
    );
    let (_, stderr, code) = texts(&["check", &table, "--lenient"], b"");
    assert_eq!(code, 0);
    assert!(
        stderr.contains("--dialect and --lenient do nothing to it"),
        "{stderr}"
    );
}

#[test]
fn a_snapshot_stands_alone() {
    let folder = Folder::new("alone");
    let table = folder.compile("shop", "table.fpt", &[]);
    let says = "table.fpt cannot be read: it is a snapshot, which stands alone, and mesh.yaml \
                is given as well [FP1703]";
    for command in ["check", "show", "route", "explain"] {
        let asked: &[&str] = match command {
            "route" | "explain" => &["GET", "/"],
            _ => &[],
        };
        fails(&[&[command, &table, "mesh.yaml"], asked].concat(), 2, says);
        fails(&[&[command, "mesh.yaml", &table], asked].concat(), 2, says);
        fails(&[&[command, &table, &table], asked].concat(), 2, "FP1703");
    }
    let args = ["route", &table, "mesh.yaml", "--requests", "-"];
    fails(&args, 2, says);
    fails(&[&args[..], &["--watch"]].concat(), 2, says);
    let json = r#"{"error":{"code":"FP1703","#;
    fails(&["check", &table, "mesh.yaml", "--json"], 2, json);
    // In a folder it counts as one that is named, alone or not.
    assert_eq!(texts(&["check", folder.path()], b"").2, 0);
    folder.write("more.yaml", "fingerpost: v1\nroutes: []\n");
    fails(
        &["check", folder.path()],
        2,
        "more.yaml is given as well [FP1703]",
    );
}

/// The checksum that a snapshot should have.
fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = XxHash64::with_seed(0);
    hasher.write(&bytes[..24]);
    hasher.write(&bytes[32..]);
    hasher.finish()
}

#[test]
fn what_is_damaged_is_refused_and_says_why() {
    let folder = Folder::new("damaged");
    let good = fs::read(folder.compile("shop", "good.fpt", &[])).unwrap();
    let with = |change: fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    let sealed = |change: fn(&mut Vec<u8>)| {
        let mut bytes = with(change);
        let checksum = checksum(&bytes).to_le_bytes();
        bytes[24..32].copy_from_slice(&checksum);
        bytes
    };
    let damaged = [
        (vec![], "not a snapshot", "FP1710"),
        (b"fingerpost: v1\n".to_vec(), "not a snapshot", "FP1710"),
        (with(|bytes| bytes[0] = b'f'), "not a snapshot", "FP1710"),
        (with(|bytes| bytes[8..12].fill(0)), "older", "FP1711"),
        (with(|bytes| bytes[8..12].fill(0x7f)), "newer", "FP1711"),
        (
            with(|bytes| bytes.truncate(bytes.len() / 2)),
            "bytes where it says",
            "FP1712",
        ),
        (
            with(|bytes| bytes.extend([0; 8])),
            "bytes where it says",
            "FP1712",
        ),
        (with(|bytes| bytes[40] ^= 1), "checksum", "FP1713"),
        (
            with(|bytes| *bytes.last_mut().unwrap() ^= 0x80),
            "checksum",
            "FP1713",
        ),
        (
            sealed(|bytes| bytes[32..].fill(0xff)),
            "not well-formed",
            "FP1714",
        ),
    ];
    for (index, (bytes, why, code)) in damaged.iter().enumerate() {
        let name = format!("{index}.fpt");
        folder.write(&name, bytes);
        let file = folder.file(&name);
        let (_, stderr, exit) = texts(&["check", &file], b"");
        assert_eq!(exit, 3, "{why}");
        assert!(
            stderr.starts_with(&format!("error: {file} cannot be read: ")),
            "{stderr}"
        );
        assert!(
            stderr.contains(why) && stderr.ends_with(&format!("[{code}]\n")),
            "{stderr}"
        );
        let json = format!(r#"{{"error":{{"code":"{code}","message":"#);
        for args in [
            &["show", &file, "--json"][..],
            &["route", &file, "GET", "/", "--json"],
            &["explain", &file, "GET", "/", "--json"],
            &["route", &file, "--requests", "-", "--json"],
            &["route", &file, "--requests", "-", "--watch", "--json"],
            &["compile", &file, "-o", &folder.file("out.fpt"), "--json"],
        ] {
            fails(args, 3, &json);
        }
    }
    assert!(!folder.names().contains(&"out.fpt".to_owned()));
    // Whatever it is called, what begins as a snapshot does is one.
    folder.write("routes.yaml", &good);
    assert_eq!(texts(&["check", &folder.file("routes.yaml")], b"").2, 0);
}
