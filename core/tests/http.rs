//! The `http` crate's types, in and out.
#![cfg(all(feature = "http", feature = "compile"))]

use fingerpost::builder::{Route, Routes, Rule, any, path, segments};
use fingerpost::http::{MessagePart, RequestHead};
use fingerpost::model::{CorsOrigin, CorsPolicy, Filter, Rewrite};
use fingerpost::{Decision, Draws, HeaderVerb, Outcome, Reason, RequestProtocol, Scheme, Table};
use http::header::HeaderValue;
use http::request::Parts;
use http::{HeaderMap, Request, Version};

fn table(rules: impl IntoIterator<Item = Rule>) -> Table {
    let route = Route::any_host();
    let routes = Routes::new().route(rules.into_iter().fold(route, Route::rule));
    routes.build().unwrap()
}

fn parts(request: http::request::Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

/// Decides, and lets the caller read.
fn decided<T>(table: &Table, parts: &Parts, read: impl FnOnce(&Decision<'_>) -> T) -> T {
    let head = RequestHead::new(parts);
    let mut scratch = table.create_scratch();
    read(&table.decide_with(&mut scratch, &head.request(), Draws::fixed(0)))
}

/// What is sent on.
fn sent(table: &Table, request: http::request::Builder) -> Parts {
    let came = parts(request);
    let mut leaving = came.clone();
    decided(table, &came, |decision| decision.apply_to(&mut leaving)).unwrap();
    leaving
}

#[test]
fn every_part_of_a_request_is_taken() {
    let request = Request::put("https://shop.example:8443/cart?n=1")
        .version(Version::HTTP_2)
        .header("x-a", "1")
        .header("X-B", HeaderValue::from_bytes(b"\xff").unwrap())
        .header("x-a", "2")
        .body(())
        .unwrap();
    let head = RequestHead::from(&request);
    let head = head.request();
    assert_eq!(head.method(), b"PUT");
    assert_eq!(head.target(), b"/cart?n=1");
    assert_eq!(head.authority(), Some(&b"shop.example:8443"[..]));
    assert_eq!(head.scheme(), Scheme::Https);
    assert_eq!(head.protocol(), RequestProtocol::Http2);
    let mut headers = head.headers().to_vec();
    headers.sort_unstable();
    let expected: [(&[u8], &[u8]); 3] = [(b"x-a", b"1"), (b"x-a", b"2"), (b"x-b", b"\xff")];
    assert_eq!(headers, expected);
}

#[test]
fn the_authority_is_the_uris_before_the_hosts() {
    let of = |request| {
        let parts = parts(request);
        let head = RequestHead::new(&parts);
        head.request()
            .authority()
            .map(|text| String::from_utf8_lossy(text).into_owned())
    };
    let absolute = Request::get("http://a.example/").header("host", "b.example");
    assert_eq!(of(absolute).as_deref(), Some("a.example"));
    let origin = Request::get("/").header("host", "b.example:80");
    assert_eq!(of(origin).as_deref(), Some("b.example:80"));
    assert_eq!(of(Request::get("/")), None);
}

#[test]
fn two_host_headers_are_refused() {
    let table = table([any().to("a")]);
    for other in ["a.example", "b.example"] {
        let request = Request::get("/").header("host", "a.example");
        decided(&table, &parts(request.header("host", other)), |decision| {
            assert_eq!(decision.outcome(), Outcome::Reject);
            assert_eq!(decision.reason(), Reason::BadAuthority);
            assert_eq!(decision.to_response().unwrap().unwrap().status(), 400);
        });
    }
}

#[test]
fn more_headers_than_there_is_room_for_are_all_taken() {
    for count in [0, 1, 31, 32, 33, 200] {
        let mut request = Request::get("/").header("host", "a.example");
        for at in 0..count {
            request = request.header("x", at);
        }
        let parts = parts(request);
        let head = RequestHead::new(&parts);
        let values: Vec<_> = head.request().headers().iter().map(|h| h.1).collect();
        let expected: Vec<_> = (0..count).map(|at: u32| at.to_string()).collect();
        assert_eq!(
            values,
            expected.iter().map(|v| v.as_bytes()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_target_without_a_path_is_the_root() {
    for (uri, target) in [
        ("http://a.example", &b"/"[..]),
        ("http://a.example?x=1", b"/?x=1"),
        ("*", b"*"),
    ] {
        let parts = parts(Request::options(uri));
        assert_eq!(RequestHead::new(&parts).request().target(), target);
    }
}

#[test]
fn path_and_authority_leave_as_rewritten() {
    let table = table([segments("/api")
        .to("api")
        .rewrite_prefix("/v1")
        .rewrite_host("api.internal")]);
    let origin = Request::get("/api/x?y=1").header("host", "a.example");
    let origin = sent(&table, origin);
    assert_eq!(origin.uri, "/v1/x?y=1");
    assert_eq!(origin.headers["host"], "api.internal");

    let http2 = Request::get("https://a.example/api").version(Version::HTTP_2);
    let http2 = sent(&table, http2);
    assert_eq!(http2.uri, "https://api.internal/v1");
    assert!(!http2.headers.contains_key("host"));
}

#[test]
fn a_method_leaves_as_rewritten() {
    let rewrite = Rewrite {
        method: Some("POST".into()),
        ..Rewrite::default()
    };
    let table = table([any().to("a").filter(Filter::Rewrite(rewrite))]);
    assert_eq!(sent(&table, Request::get("/")).method, "POST");
}

#[test]
fn captures_and_facts_leave_in_path_and_headers() {
    let rule = path("/users/{id}")
        .to("users")
        .rewrite("/v2/{id}")
        .set_header("x-id", "{id} {header.x-a}")
        .set_response_header("x-id", "{id}");
    let table = table([rule]);
    let request = || Request::get("/users/7?n=1").header("x-a", "{id}");
    let leaving = sent(&table, request());
    assert_eq!(leaving.uri, "/v2/7?n=1");
    assert_eq!(leaving.headers["x-id"], "7 {id}");
    let mut headers = HeaderMap::new();
    decided(&table, &parts(request()), |decision| {
        decision.apply_to_response(&mut headers).unwrap();
    });
    assert_eq!(headers["x-id"], "7");
}

#[test]
fn uri_and_host_never_name_two_hosts() {
    let table = table([any().to("a").set_header("host", "evil.example")]);
    let request = Request::get("http://a.example/").header("host", "b.example");
    let sent = sent(&table, request);
    assert_eq!(sent.uri, "http://a.example/");
    assert_eq!(sent.headers["host"], "a.example");
}

#[test]
fn header_edits_are_carried_out_in_order() {
    let rule = any()
        .to("a")
        .set_header("x-set", "new")
        .add_header("x-add", "more")
        .remove_header("x-gone")
        .add_header("x-twice", "1")
        .set_header("x-twice", "2");
    let request = Request::get("/")
        .header("x-set", "1")
        .header("x-set", "2")
        .header("x-add", "1")
        .header("x-gone", "1")
        .header("x-gone", "2");
    let sent = sent(&table([rule]), request);
    let all = |name: &str| {
        sent.headers
            .get_all(name)
            .iter()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(all("x-set"), ["new"]);
    assert_eq!(all("x-add"), ["1", "more"]);
    assert!(all("x-gone").is_empty());
    assert_eq!(all("x-twice"), ["2"]);
}

#[test]
fn the_other_verbs_ask_whether_the_name_is_there() {
    let rule = any()
        .to("a")
        .response_header(HeaderVerb::Append, "vary", "b")
        .response_header(HeaderVerb::Append, "new", "b")
        .response_header(HeaderVerb::SetIfAbsent, "vary", "x")
        .response_header(HeaderVerb::SetIfAbsent, "absent", "x")
        .response_header(HeaderVerb::SetIfPresent, "server", "x")
        .response_header(HeaderVerb::SetIfPresent, "nowhere", "x");
    let mut headers = HeaderMap::new();
    headers.append("vary", "a".parse().unwrap());
    headers.append("vary", "a2".parse().unwrap());
    headers.append("server", "1".parse().unwrap());
    headers.append("server", "2".parse().unwrap());
    decided(&table([rule]), &parts(Request::get("/")), |decision| {
        decision.apply_to_response(&mut headers).unwrap();
    });
    let all = |name: &str| headers.get_all(name).iter().cloned().collect::<Vec<_>>();
    assert_eq!(all("vary"), ["a", "a2,b"]);
    assert_eq!(all("new"), ["b"]);
    assert_eq!(all("absent"), ["x"]);
    assert_eq!(all("server"), ["x"]);
    assert!(all("nowhere").is_empty());
}

#[test]
fn what_http_refuses_changes_nothing() {
    let rule = any().to("a").set_header("x-a", "1").rewrite("/<b>");
    let came = parts(Request::get("/a").header("x-a", "0"));
    let mut leaving = came.clone();
    decided(&table([rule]), &came, |decision| {
        let error = decision.apply_to(&mut leaving).unwrap_err();
        assert_eq!(error.part(), MessagePart::Target);
        assert_eq!(error.text(), b"/<b>");
        assert_eq!(error.to_string(), "\"/<b>\" cannot be a request target");
    });
    assert_eq!(leaving.headers, came.headers);
    assert_eq!(leaving.uri, came.uri);
}

#[test]
fn what_no_backend_answers_is_a_response() {
    let table = table([
        path("/old").redirect(308, "https://b.example/new"),
        path("/gone")
            .respond(410)
            .body("gone")
            .set_response_header("x-a", "1"),
        path("/ok").to("a"),
    ]);
    let answer = |target: &str| {
        let parts = parts(Request::get(target).header("host", "a.example"));
        decided(&table, &parts, |decision| decision.to_response().unwrap())
    };
    let redirect = answer("/old").unwrap();
    assert_eq!(redirect.status(), 308);
    assert_eq!(redirect.headers()["location"], "https://b.example/new");
    let gone = answer("/gone").unwrap();
    assert_eq!(
        (gone.status().as_u16(), &gone.body()[..]),
        (410, &b"gone"[..])
    );
    assert_eq!(gone.headers()["x-a"], "1");
    assert_eq!(answer("/nowhere").unwrap().status(), 404);
    assert!(answer("/ok").is_none());
}

#[test]
fn grpc_is_told_in_its_own_words() {
    let request = Request::post("/shop.Cart/Get").header("content-type", "application/grpc");
    let response = decided(&table([]), &parts(request), |d| {
        d.to_response().unwrap().unwrap()
    });
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert_eq!(response.headers()["grpc-status"], "12");
}

#[test]
fn cors_answers_take_the_place_of_the_backends() {
    let policy = CorsPolicy {
        allow_origins: vec![CorsOrigin::Any],
        ..CorsPolicy::default()
    };
    let request = Request::get("/").header("origin", "https://b.example");
    let mut headers = HeaderMap::new();
    headers.insert(
        "access-control-allow-origin",
        "https://c.example".parse().unwrap(),
    );
    decided(
        &table([any().to("a").cors(policy)]),
        &parts(request),
        |decision| {
            decision.apply_to_response(&mut headers).unwrap();
        },
    );
    let all: Vec<_> = headers
        .get_all("access-control-allow-origin")
        .iter()
        .collect();
    assert_eq!(all, ["*"]);
}
