//! Exit codes: 0 done, 1 bad news, 2 called wrongly, 3 cannot be read.

mod common;

use common::{fails, texts};

fn code(args: &[&str], stdin: &str) -> i32 {
    texts(args, stdin.as_bytes()).2
}

#[test]
fn an_answer_is_success_whatever_it_is() {
    assert_eq!(
        code(&["route", "shop", "GET", "http://shop.example/cart"], ""),
        0
    );
    assert_eq!(
        code(&["route", "shop", "GET", "http://nobody.example/"], ""),
        0
    );
    assert_eq!(code(&["explain", "shop", "GET", "/"], ""), 0);
    assert_eq!(code(&["check", "shop"], ""), 0);
    assert_eq!(code(&["show", "shop"], ""), 0);
    assert_eq!(code(&["--help"], ""), 0);
    assert_eq!(code(&["--version"], ""), 0);
}

#[test]
fn errors_in_manifests_and_bad_lines_are_bad_news() {
    assert_eq!(code(&["check", "broken"], ""), 1);
    assert_eq!(code(&["check", "broken", "--json"], ""), 1);
    assert_eq!(code(&["check", "broken", "--sarif"], ""), 1);
    assert_eq!(
        code(
            &["route", "shop", "--requests", "-"],
            "{\"path\":\"/\"}\nnope\n"
        ),
        1
    );
    assert_eq!(
        code(&["route", "shop", "--requests", "-"], "{\"path\":\"/\"}\n"),
        0
    );
}

#[test]
fn errors_in_manifests_do_not_stop_an_answer() {
    let (stdout, stderr, code) = texts(&["route", "shop", "broken", "GET", "/"], b"");
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.starts_with("no_route 404"), "{stdout}");
    assert!(stderr.contains("run `fingerpost check`"), "{stderr}");
}

#[test]
fn wrong_usage_is_told() {
    fails(&[], 2, "Usage");
    fails(&["frobnicate"], 2, "frobnicate");
    fails(&["route", "shop", "GET"], 2, "expected");
    fails(&["route", "shop", "http://a/"], 2, "expected");
    fails(&["route", "shop", "shop", "http://a/"], 2, "METHOD");
    fails(&["route", "shop", "GET", "shop.example/cart"], 2, "FP1208");
    fails(
        &["route", "shop", "GET", "/", "-H", "nonsense"],
        2,
        "FP1203",
    );
    fails(
        &["route", "shop", "GET", "/", "--gateway", "nobody"],
        2,
        "FP1211",
    );
    fails(&["route", "shop", "G T", "/"], 2, "FP1203");
    fails(
        &["route", "shop", "GET", "/", "--port", "70000"],
        2,
        "a port is a number from 0 to 65535",
    );
    for (option, value, says) in [
        (
            "--port",
            "abc",
            "'abc' for '--port <PORT>': a port is a number",
        ),
        (
            "--port",
            "-1",
            "'-1' for '--port <PORT>': a port is a number",
        ),
        (
            "--random",
            "-1",
            "a draw is a whole number from 0 to 2^64 - 1",
        ),
        ("--random", "x", "a draw is a whole number"),
        ("--source-ip", "10.0.0", "an address is written as"),
    ] {
        fails(&["route", "shop", "GET", "/", option, value], 2, says);
    }
    fails(
        &["route", "shop", "GET", "/", "--dialect", "cobol"],
        2,
        "gateway-api",
    );
    fails(
        &["route", "shop", "--requests", "-", "-H", "a: b"],
        2,
        "lines of --requests",
    );
    fails(
        &["route", "shop", "--requests", "-", "GET", "/"],
        2,
        "--requests gives the requests: leave out METHOD and URL (GET /)",
    );
    fails(
        &[
            "route",
            "shop",
            "--requests",
            "-",
            "--curl",
            "curl http://a/",
        ],
        2,
        "--curl",
    );
    fails(
        &["explain", "shop", "GET", "/", "--curl", "curl http://a/"],
        2,
        "--curl gives the request: leave out METHOD and URL (GET /)",
    );
    fails(&["route", "-", "--requests", "-"], 2, "standard input");
    fails(&["check", "-", "-"], 2, "twice");
    fails(
        &["route", "-", "--requests", "shop/routes.yml", "--watch"],
        2,
        "standard input ('-') cannot be followed by --watch",
    );
    fails(
        &["route", "shop", "GET", "/", "--watch"],
        2,
        "--requests <FILE>",
    );
    fails(
        &["explain", "shop", "--curl", "wget http://a/"],
        2,
        "FP1209",
    );
    fails(&["show", "shop", "--status", "--stats"], 2, "--stats");
}

#[test]
fn what_cannot_be_read_is_told() {
    fails(&["check", "nowhere"], 3, "nowhere cannot be read");
    fails(
        &["route", "shop", "--requests", "nowhere"],
        3,
        "nowhere cannot be read",
    );
    fails(
        &["route", "shop", "--requests", "shop"],
        3,
        "shop cannot be read",
    );
    // One wording, whoever looks for the file.
    for args in [
        &["route", "nowhere", "--requests", "-", "--watch"][..],
        &["check", "nowhere"],
        &["route", "nowhere", "GET", "/"],
        &["route", "shop", "--requests", "nowhere"],
    ] {
        let told = "error: nowhere cannot be read: no such file or directory [FP1701]\n";
        assert_eq!(texts(args, b"").1, told, "{args:?}");
    }
}

#[test]
fn help_tells_the_exit_codes_and_the_schemes() {
    for args in [&["--help"][..], &["route", "--help"], &["check", "--help"]] {
        let (stdout, ..) = texts(args, b"");
        assert!(stdout.contains("Exit status"), "{args:?}: {stdout}");
    }
    for command in ["route", "explain"] {
        let (stdout, ..) = texts(&[command, "--help"], b"");
        assert!(
            stdout.contains("http, https, ws, wss, grpc, grpcs, tcp, tls or udp"),
            "{stdout}"
        );
    }
}

#[test]
fn errors_are_json_for_those_who_ask_for_json() {
    let json =
        r#"{"error":{"code":"FP1211","message":"there is no gateway 'x'","field":"gateway"}}"#;
    fails(
        &["route", "shop", "GET", "/", "--gateway", "x", "--json"],
        2,
        json,
    );
    let json = r#"{"error":{"code":"FP1701","message":"nowhere cannot be read: "#;
    fails(&["check", "nowhere", "--json"], 3, json);
}

#[test]
fn a_reader_that_goes_away_ends_the_run_without_a_word() {
    use std::io::Write;
    use std::process::Stdio;

    let mut command = common::command();
    command.args(["route", "shop/gateway.yaml", "--requests", "-"]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..10_000 {
        // The run may have ended already, and its standard input with it.
        if stdin.write_all(b"{\"path\":\"/\"}\n").is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
