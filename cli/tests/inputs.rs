//! FILES: folders, links, standard input, and what is no text.

mod common;
mod folder;

use std::fs;
use std::path::Path;

use common::texts;
use folder::Folder;

/// A document that is not an object, so that `check` names each file it read.
const MARK: &[u8] = b"- 1\n";

/// The names of the files that `check` read, in order.
fn read(folder: &Folder) -> Vec<String> {
    let (stdout, stderr, code) = texts(&["check", folder.path(), "--json"], b"");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let found: Vec<serde_json::Value> = serde_json::from_str(&stdout).unwrap();
    let name = |value: &serde_json::Value| {
        let file = Path::new(value["file"].as_str().unwrap());
        file.strip_prefix(folder.path())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    found.iter().map(name).collect()
}

/// The binary is built without Unicode tables, unless a package of the same build
/// asks for them: `cargo test -p fingerpost-cli` says what users get.
#[test]
fn perl_classes_and_case_are_taken_in_regular_expressions() {
    let route = br#"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  parentRefs: [{name: g}]
  rules:
  - matches:
    - path: {type: RegularExpression, value: '(?i)/ITEM/\w+-\d+'}
      headers: [{name: x, type: RegularExpression, value: '\S+'}]
    backendRefs: [{name: b, port: 80}]
"#;
    let args = ["route", "-", "GET", "/item/a-7", "-H", "x: y", "--json"];
    let (stdout, _, _) = texts(&args, route);
    assert!(stdout.contains(r#""outcome":"forward""#), "{stdout}");
}

#[test]
fn a_folder_is_read_recursively_in_order_of_path() {
    let folder = Folder::new("order");
    for name in [
        "b.yaml",
        "a/z.yml",
        "a/b/c.json",
        "c.txt",
        ".git/d.yaml",
        "a/.hidden.yaml",
    ] {
        folder.write(name, MARK);
    }
    assert_eq!(read(&folder), ["a/b/c.json", "a/z.yml", "b.yaml"]);
}

#[test]
fn a_named_file_is_read_whatever_it_is_called() {
    let folder = Folder::new("named");
    folder.write("routes.txt", b"a: [\n");
    let file = folder.file("routes.txt");
    assert_eq!(texts(&["check", &file], b"").2, 1);
}

#[test]
fn a_folder_that_is_named_again_is_read_once() {
    let folder = Folder::new("again");
    folder.write("a/one.yaml", MARK);
    let below = folder.file("a");
    let args = ["check", folder.path(), &below, folder.path(), "--json"];
    let (stdout, stderr, code) = texts(&args, b"");
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert_eq!(stdout.matches("one.yaml").count(), 1, "{stdout}");
}

#[test]
fn an_empty_folder_is_told() {
    let folder = Folder::new("empty");
    folder.write("readme.txt", b"");
    let (_, stderr, code) = texts(&["check", folder.path()], b"");
    assert_eq!(code, 3);
    assert!(stderr.contains("no *.yaml, *.yml or *.json"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends_and_each_file_is_read_once() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("loop");
    folder.write("a/one.yaml", MARK);
    symlink(folder.path(), folder.file("a/up")).unwrap();
    symlink(folder.file("a"), folder.file("b")).unwrap();
    assert_eq!(read(&folder), ["a/one.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_to_a_manifest_is_told() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new("dangling");
    folder.write("one.yaml", MARK);
    symlink("nowhere", folder.file("two.yaml")).unwrap();
    let (_, stderr, code) = texts(&["check", folder.path()], b"");
    assert_eq!(code, 3);
    assert!(stderr.contains("two.yaml cannot be read"), "{stderr}");
}

#[test]
fn bytes_that_are_no_utf_8_are_told_with_their_place() {
    let folder = Folder::new("bytes");
    let file = folder.file("a.yaml");
    folder.write("a.yaml", b"a: b\nc: \xff\n");
    let (_, stderr, code) = texts(&["check", &file], b"");
    assert_eq!(code, 3);
    assert!(stderr.contains("a.yaml:2:4 cannot be read"), "{stderr}");
    folder.write("a.yaml", b"\xff\xfea\0");
    assert!(texts(&["check", &file], b"").1.contains("UTF-16"));
}

#[test]
fn a_file_of_a_folder_that_is_no_utf_8_costs_no_other_file() {
    let folder = Folder::new("bytes-among-others");
    folder.write("a.yaml", b"a: b\nc: \xff\n");
    folder.write("b.yaml", MARK);
    let (stdout, stderr, code) = texts(&["check", folder.path(), "--json"], b"");
    assert_eq!((code, stderr.as_str()), (1, ""));
    let found: Vec<serde_json::Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found[0]["code"], "FP1002");
    assert_eq!(
        (&found[0]["line"], &found[0]["column"]),
        (&2.into(), &4.into())
    );
    assert!(found[1]["file"].as_str().unwrap().ends_with("b.yaml"));
}

#[test]
fn standard_input_is_a_file_among_others() {
    let gateway = fs::read(common::fixtures().join("shop/gateway.yaml")).unwrap();
    let args = [
        "route",
        "-",
        "shop/routes.yml",
        "shop/services.json",
        "GET",
        "http://shop.example/old",
    ];
    let (stdout, stderr, code) = texts(&args, &gateway);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("redirect 301"), "{stdout}");
}

#[test]
fn what_a_request_holds_cannot_command_the_terminal() {
    let header = "x: \u{1b}]0;title\u{7}\u{9b}2J\u{202e}";
    let url = "http://shop.example/cart/\u{1b}[31m";
    for command in ["route", "explain"] {
        for url in [url, "http://shop.example/cart/\u{202e}"] {
            let (stdout, stderr, _) = texts(&[command, "shop", "GET", url, "-H", header], b"");
            for text in [&stdout, &stderr] {
                assert!(
                    !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']),
                    "{text:?}"
                );
            }
        }
    }
    let (stdout, ..) = texts(
        &[
            "route",
            "shop",
            "GET",
            "http://shop.example/cart",
            "-H",
            header,
            "--json",
        ],
        b"",
    );
    assert!(
        !stdout.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
        "{stdout:?}"
    );
}
