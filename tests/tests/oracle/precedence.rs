//! Precedence (gateway-api.md 3.2).

use fingerpost::model::{Precedence, ValueMatch};
use fingerpost::oracle::Request;
use fingerpost_tests::build::{
    With, created, exact, grpc, one_stage, prefix, regex, route, rule, segments,
};

use crate::{forwarded, get, goes, header, rules};

#[test]
fn precedence_3_2_exact_then_regex_then_the_longest_prefix() {
    let set = rules(
        Precedence::GatewayApi,
        vec![
            segments("/"),
            segments("/foo"),
            segments("/foo/"),
            regex("/f.*/"),
            exact("/foo/bar"),
        ],
    );
    assert_eq!(goes(&set, &get("h", "/foo/bar")), "e");
    assert_eq!(goes(&set, &get("h", "/foo/")), "d");
    assert_eq!(goes(&set, &get("h", "/foo")), "c");
    assert_eq!(goes(&set, &get("h", "/bar")), "a");
}

#[test]
fn precedence_3_2_an_exact_path_beats_any_number_of_headers() {
    let busy = segments("/a/b")
        .method("GET")
        .header("x-one", ValueMatch::Present)
        .header("x-two", ValueMatch::Present);
    let set = rules(Precedence::GatewayApi, vec![busy, exact("/a/b")]);
    assert_eq!(goes(&set, &header(get("h", "/a/b"))), "b");
}

#[test]
fn precedence_3_2_a_longer_prefix_beats_a_method() {
    let set = rules(
        Precedence::GatewayApi,
        vec![segments("/a").method("GET"), segments("/a/b")],
    );
    assert_eq!(goes(&set, &get("h", "/a/b")), "b");
}

#[test]
fn precedence_3_2_a_method_beats_headers_and_headers_beat_query() {
    let headers = segments("/")
        .header("x-one", ValueMatch::Exact("1".into()))
        .header("x-two", ValueMatch::Regex("[0-9]".into()));
    let one = segments("/").header("x-one", ValueMatch::Present);
    let query = segments("/")
        .header("x-one", ValueMatch::Present)
        .query("q", ValueMatch::Present)
        .query("r", ValueMatch::Present);
    let method = segments("/").method("GET");
    let request = |method| header(Request::new(method, Some("h"), "/?q=1&r=2"));
    let set = rules(
        Precedence::GatewayApi,
        vec![one.clone(), query.clone(), headers, method],
    );
    assert_eq!(goes(&set, &request("GET")), "d");
    assert_eq!(goes(&set, &request("PUT")), "c");
    let set = rules(Precedence::GatewayApi, vec![one, query]);
    assert_eq!(goes(&set, &request("PUT")), "b");
}

#[test]
fn precedence_3_2_the_oldest_route_then_the_name_as_a_pair() {
    let routes = |times: [Option<i64>; 3]| {
        let names = ["a-b/x", "a/x", "a/y"];
        let build = |(name, time): (&str, Option<i64>)| {
            let mut route = route(name, vec![rule(name, vec![])]);
            route.created = time;
            (&[][..], route)
        };
        one_stage(
            Precedence::GatewayApi,
            names.into_iter().zip(times).map(build).collect(),
        )
    };
    let winner = |times| goes(&routes(times), &get("h", "/"));
    assert_eq!(winner([Some(3), Some(2), Some(1)]), "a/y");
    // As a joined string `a-b/x` would come first.
    assert_eq!(winner([Some(1), Some(1), Some(1)]), "a/x");
    // Without a time, input order is age, and any time is older.
    assert_eq!(winner([None, None, None]), "a-b/x");
    assert_eq!(winner([None, None, Some(9)]), "a/y");
}

#[test]
fn precedence_3_2_age_beats_position_and_position_counts_within_a_route() {
    let set = one_stage(
        Precedence::GatewayApi,
        vec![
            (
                &[],
                created(2, route("new", vec![rule("n", vec![segments("/")])])),
            ),
            (
                &[],
                created(
                    1,
                    route(
                        "old",
                        vec![
                            rule("o0", vec![exact("/x")]),
                            rule("o1", vec![exact("/y"), segments("/")]),
                            rule("o2", vec![segments("/")]),
                        ],
                    ),
                ),
            ),
        ],
    );
    let forward = forwarded(&set, &get("h", "/"));
    assert_eq!(forward.backend.name, "o1");
    assert_eq!(forward.trail[0].matched, Some(1));
}

#[test]
fn precedence_4_grpc_counts_service_then_method_then_headers() {
    let set = rules(
        Precedence::GatewayApi,
        vec![
            grpc(None, None),
            grpc(None, Some("Get")),
            grpc(Some("s.T"), None),
            grpc(Some("s.T"), Some("Get")),
            grpc(Some("s.T"), Some("Get")).header("x-one", ValueMatch::Present),
        ],
    );
    assert_eq!(goes(&set, &header(get("h", "/s.T/Get"))), "e");
    assert_eq!(goes(&set, &get("h", "/s.T/Get")), "d");
    assert_eq!(goes(&set, &get("h", "/s.T/Put")), "c");
    assert_eq!(goes(&set, &get("h", "/s.U/Get")), "b");
    assert_eq!(goes(&set, &get("h", "/s.U/Put")), "a");
    assert_eq!(goes(&set, &get("h", "/s.t/get")), "a");
}

#[test]
fn precedence_4_grpc_compares_with_http_by_the_wire_form() {
    let set = rules(
        Precedence::GatewayApi,
        vec![
            grpc(None, Some("Get")),
            segments("/s.T/Get"),
            grpc(Some("s.T"), None),
        ],
    );
    assert_eq!(goes(&set, &get("h", "/s.T/Get")), "b");
    assert_eq!(goes(&set, &get("h", "/s.T/Put")), "c");
    assert_eq!(goes(&set, &get("h", "/s.U/Get")), "a");
}

#[test]
fn precedence_app_mesh_3_priority_then_the_longest_prefix() {
    let mut set = rules(
        Precedence::AppMesh,
        vec![
            prefix("/paths"),
            exact("/paths/green"),
            prefix("/"),
            prefix("/"),
        ],
    );
    assert_eq!(goes(&set, &get("h", "/paths/green")), "b");
    set.routes[0].rules[0].priority = Some(1000);
    assert_eq!(goes(&set, &get("h", "/paths/green")), "a");
    set.routes[2].rules[0].priority = Some(0);
    assert_eq!(goes(&set, &get("h", "/paths/green")), "c");
    set.routes[3].rules[0].priority = Some(0);
    assert_eq!(goes(&set, &get("h", "/paths/green")), "c");
}

#[test]
fn precedence_first_match_is_written_order_and_oldest_route_is_age() {
    let paths = || vec![segments("/"), exact("/a")];
    let mut set = rules(Precedence::FirstMatch, paths());
    set.routes[1].created = Some(1);
    assert_eq!(goes(&set, &get("h", "/a")), "a");
    set.stages[0].precedence = Precedence::OldestRoute;
    assert_eq!(goes(&set, &get("h", "/a")), "b");
}
