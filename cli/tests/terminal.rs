//! What a client sends does not steer the terminal of whoever looks at it.

mod common;

use common::texts;
use serde_json::Value;

/// Runs a command and holds what it prints to be plain lines.
fn plain(args: &[&str], stdin: &[u8]) -> String {
    let (out, err, _) = texts(args, stdin);
    for text in [&out, &err] {
        let mut characters = text.chars();
        let is_plain = characters.all(|character| character == '\n' || !character.is_control());
        assert!(is_plain, "{args:?}: {text:?}");
    }
    assert!(!(out.is_empty() && err.is_empty()), "{args:?}");
    out
}

#[test]
fn adv_hi_007_output_for_people_and_machines_is_escaped() {
    const URL: &str = "http://shop.example/cart\"\n\u{1b}[31m\u{9b}2J?q=\u{1b}]0;x\u{7}";
    const HEADER: &str = "x-env: \u{1b}[31m\"\u{202e}";
    const MANIFESTS: &str = "../../../examples/shop";
    for command in ["route", "explain"] {
        for url in [URL, "http://shop.example/cart?q=\"\\"] {
            plain(&[command, MANIFESTS, "GET\u{1b}", url, "-H", HEADER], b"");
            let shown = plain(&[command, MANIFESTS, "GET", url, "-H", HEADER], b"");
            assert!(!shown.contains('\u{202e}'), "{shown}");
            let json = plain(
                &[command, MANIFESTS, "GET", url, "-H", HEADER, "--json"],
                b"",
            );
            serde_json::from_str::<Value>(&json).unwrap();
        }
    }
    let line = serde_json::json!({
        "path": "/cart\u{1b}[31m\"\n",
        "authority": "shop.example",
        "headers": {"x-env": "\u{1b}\n\""},
    });
    let json = plain(
        &["route", MANIFESTS, "--requests", "-"],
        line.to_string().as_bytes(),
    );
    serde_json::from_str::<Value>(&json).unwrap();
}
