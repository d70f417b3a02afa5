//! One table, many threads.

use std::thread;

use fingerpost::model::{Filter, Format, PathMatch, PathRewrite, Rewrite};
use fingerpost::{Draws, Request};
use fingerpost_tests::build::{filtered, path};

use crate::table::{first_match, table};

/// Requests of each thread.
const ROUNDS: usize = 20_000;

#[test]
fn adv_co_001_a_decision_holds_its_own_captures() {
    let template = PathMatch::Template("/modules/{id}/versions/{v}".into());
    let rewrite = Filter::Rewrite(Rewrite {
        path: Some(PathRewrite::Full(Format::parse("/{v}/{id}").unwrap())),
        ..Rewrite::default()
    });
    let rule = filtered("app", vec![path(template)], vec![rewrite]);
    let table = table(&first_match(vec![("r", rule)]));
    thread::scope(|scope| {
        for number in 0..8 {
            let table = &table;
            scope.spawn(move || {
                // Each decision is read after the other scratch has made its next one.
                let (mut one, mut other) = (table.create_scratch(), table.create_scratch());
                let asked = |round: usize| format!("/modules/{number}-{round}/versions/{round}");
                let sent = |round: usize| format!("/{round}/{number}-{round}");
                for round in (0..ROUNDS).step_by(2) {
                    let (first, second) = (asked(round), asked(round + 1));
                    let first = Request::new(b"GET", first.as_bytes());
                    let second = Request::new(b"GET", second.as_bytes());
                    let first = table.decide_with(&mut one, &first, Draws::fixed(0));
                    let second = table.decide_with(&mut other, &second, Draws::fixed(0));
                    assert_eq!(second.target(), sent(round + 1).as_bytes());
                    assert_eq!(first.target(), sent(round).as_bytes());
                }
            });
        }
    });
}
