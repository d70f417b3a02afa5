//! The stream of requests at length.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

/// A program that writes one request and waits for its answer gets it.
#[test]
fn each_request_is_answered_before_the_next_is_written() {
    let mut command = common::command();
    command.args(["route", "shop", "--requests", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 0..3 {
        writeln!(
            stdin,
            "{{\"path\":\"/cart/{number}\",\"authority\":\"shop.example\"}}"
        )
        .unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(
            answer.contains(&format!("\"path\":\"/v2/{number}\"")),
            "{answer}"
        );
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// Memory does not grow with the number of requests.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_requests() {
    let mut command = common::command();
    command.args(["route", "shop", "--requests", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let status = format!("/proc/{}/status", child.id());
    let resident = || -> u64 {
        let text = std::fs::read_to_string(&status).unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let mut ask = |number: usize| {
        // In batches that a pipe holds, so that neither side waits for ever.
        for batch in 0..number / 100 {
            let mut lines = String::new();
            for index in 0..100 {
                let path = format!("/cart/{batch}/{index}");
                lines.push_str(&format!(
                    "{{\"path\":\"{path}\",\"authority\":\"shop.example\",\"headers\":{{\"x-{index}\":\"{batch}\"}}}}\n"
                ));
            }
            stdin.write_all(lines.as_bytes()).unwrap();
            for _ in 0..100 {
                assert!(answers.next().unwrap().unwrap().contains("\"forward\""));
            }
        }
    };
    ask(1_000);
    let before = resident();
    ask(10_000);
    let after = resident();
    assert!(
        after <= before + 1024,
        "{before} KiB before 10,000 requests, {after} KiB after"
    );
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
