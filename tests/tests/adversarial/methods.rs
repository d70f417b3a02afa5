//! Methods, schemes and upgrades that are not what they look like.

use fingerpost::json::RequestJson;
use fingerpost::model::{HeaderMatch, RouteMatch, ValueMatch};
use fingerpost::{Outcome, RequestProtocol, Scheme};
use fingerpost_tests::build::{prefix, regex};

use crate::asked::get;
use crate::table::{deny, first_match, guarded, is, on, open, table};

#[test]
fn adv_me_002_a_method_is_a_token() {
    let table = table(&first_match(vec![
        ("s", on(prefix("/static"))),
        ("rest", open()),
    ]));
    for method in [
        "GET /admin? HTTP/1.1",
        "GET ",
        " GET",
        "",
        "GE\tT",
        "GET\0",
        "GET\r\nX: y",
        "GÉT",
        "G(T",
    ] {
        let asked = get("/static/images").method(method);
        assert_eq!(asked.answer(&table), "reject:BadMethod", "{method:?}");
    }
    for method in ["GET", "get", "M-SEARCH", "X!#$%&'*+-.^_`|~1"] {
        let asked = get("/static/images").method(method);
        assert_eq!(asked.answer(&table), "s", "{method:?}");
    }
}

#[test]
fn adv_me_004_a_connect_request_has_no_path() {
    let mut connect = RouteMatch::default();
    connect.methods.push("CONNECT".into());
    let table = table(&first_match(vec![
        ("r", on(regex("/a.*"))),
        ("c", on(connect)),
    ]));
    let connect = |target: &str, protocol| {
        let asked = get(target).method("CONNECT").host("example.com:443");
        asked.protocol(protocol).answer(&table)
    };
    for protocol in [RequestProtocol::Http2, RequestProtocol::Http3] {
        assert_eq!(connect("", protocol), "c");
    }
    // A request line of HTTP/1 is never without a target.
    assert_eq!(connect("example.com:443", RequestProtocol::Http1), "c");
    assert_eq!(connect("", RequestProtocol::Http1), "reject:BadPath");
    assert_eq!(get("/a").host("example.com:443").answer(&table), "r");
}

#[test]
fn adv_me_005_the_scheme_is_the_connections() {
    let secure = RouteMatch {
        scheme: Some(Scheme::Https),
        ..RouteMatch::default()
    };
    let table = table(&guarded(secure));
    // The scheme is one of two words that the proxy says, whatever `:scheme` held.
    assert_eq!(get("/").header(":scheme", "htTpS").answer(&table), "open");
    assert_eq!(
        get("/").header("x-forwarded-proto", "https").answer(&table),
        "open"
    );
    assert_eq!(get("/").https().answer(&table), "deny");
    let parse = |scheme: &str| {
        let text = format!("{{\"path\":\"/\",\"scheme\":\"{scheme}\"}}");
        let mut request = RequestJson::new();
        request.parse(text.as_bytes()).map(|()| request.scheme())
    };
    assert_eq!(parse("https").unwrap(), Scheme::Https);
    assert_eq!(parse("htTpS").unwrap_err().code().0, 1203);
}

#[test]
fn adv_me_007_an_upgrade_is_a_token_of_a_list() {
    let upgrade = |value: ValueMatch| RouteMatch {
        headers: vec![HeaderMatch {
            ignore_case: true,
            ..HeaderMatch::new("upgrade", value)
        }],
        ..RouteMatch::default()
    };
    let alone = table(&guarded(upgrade(is("websocket"))));
    let listed = ValueMatch::Regex("(.*,)?[ \t]*websocket[ \t]*(,.*)?".into());
    let listed = table(&first_match(vec![
        ("deny", deny(upgrade(listed))),
        ("open", open()),
    ]));
    for (value, of_alone, of_listed) in [
        ("websocket", "deny", "deny"),
        ("WebSocket", "deny", "deny"),
        ("websocket, h2c", "open", "deny"),
        ("h2c,WebSocket", "open", "deny"),
        ("h2c", "open", "open"),
        ("websockets", "open", "open"),
        ("h2c websocket", "open", "open"),
    ] {
        let asked = get("/")
            .header("Connection", "upgrade")
            .header("Upgrade", value);
        assert_eq!(asked.answer(&alone), of_alone, "{value}");
        assert_eq!(asked.answer(&listed), of_listed, "{value}");
    }
    // A decision says where the request goes; the head that leaves is the proxy's.
    assert_eq!(get("/").ask(&listed).outcome, Outcome::Forward);
}
