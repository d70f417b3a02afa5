//! What a request must be before anything is matched, and what becomes of its host.
#![cfg(feature = "compile")]

use fingerpost::compile::{Compiler, limits::Limits};
use fingerpost::model::{
    Action, Backend, Gateway, HeaderRules, HostMatch, Listener, ObjectRef, PathMatch, Protocol,
    Route, RouteMatch, RouteSet, Rule, Stage, Target, ValueMatch, WeightedTarget,
};
use fingerpost::{
    Normalization, Outcome, Precedence, Reason, Request, RequestProtocol, Scheme, Table,
};

type Headers<'r> = &'r [(&'r [u8], &'r [u8])];

fn to(name: &str, one: RouteMatch) -> Rule {
    let backend = Backend {
        kind: "Service".into(),
        name: name.into(),
        ..Backend::default()
    };
    let target = WeightedTarget::new(Target::Backend(backend), 1);
    let mut rule = Rule::new(Action::Forward(vec![target]));
    rule.matches.push(one);
    rule
}

/// Routes, each under a host, behind one listener.
fn routes(protocol: Protocol, routes: Vec<(HostMatch, Rule)>) -> RouteSet {
    let mut set = RouteSet::new();
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "l"), Precedence::GatewayApi);
    for (host, rule) in routes {
        let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), vec![rule]));
        stage.attach(route, [host]);
    }
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    gateway.listeners.push(Listener::new("l", protocol, stage));
    set.gateways.push(gateway);
    set
}

fn compiled(set: &RouteSet) -> Table {
    Compiler::new().compile(set).table
}

fn any(name: &str) -> (HostMatch, Rule) {
    (HostMatch::Any, to(name, RouteMatch::default()))
}

fn on(host: &str, name: &str) -> (HostMatch, Rule) {
    (HostMatch::parse(host), to(name, RouteMatch::default()))
}

/// `example.com` leads to `a`, everything else to `other`.
fn hosts() -> Table {
    compiled(&routes(
        Protocol::AnyHttp,
        vec![on("example.com", "a"), any("other")],
    ))
}

/// The backend's name, or why there is none.
fn went(table: &Table, request: &Request<'_>) -> String {
    table.decide(request, |decision| match decision.outcome() {
        Outcome::Forward => decision.backend().unwrap().name.to_string(),
        Outcome::Reject => {
            assert_eq!(decision.status(), Some(400));
            format!("{:?}", decision.reason())
        }
        _ => format!("{:?}", decision.status()),
    })
}

fn host(table: &Table, authority: &str) -> String {
    went(
        table,
        &Request::new(b"GET", b"/").with_authority(authority.as_bytes()),
    )
}

const BAD_AUTHORITY: &str = "BadAuthority";
const NOWHERE: &str = "Some(404)";

#[test]
fn adv_ho_001_hosts_compare_without_case() {
    assert_eq!(host(&hosts(), "EXAMPLE.com"), "a");
}

#[test]
fn adv_ho_003_a_port_does_not_count_and_leaves_as_it_came() {
    let table = hosts();
    assert_eq!(host(&table, "example.com:8443"), "a");
    let request = Request::new(b"GET", b"/").with_authority(b"example.com:8443");
    table.decide(&request, |decision| {
        assert_eq!(decision.authority(), Some(&b"example.com:8443"[..]));
    });
}

#[test]
fn adv_ho_006_a_trailing_dot_before_a_port_does_not_count() {
    assert_eq!(host(&hosts(), "example.com.:88"), "a");
}

#[test]
fn adv_ho_007_two_trailing_dots_are_refused() {
    assert_eq!(host(&hosts(), "example.com.."), BAD_AUTHORITY);
}

#[test]
fn adv_ho_008_a_dot_is_no_host() {
    assert_eq!(host(&hosts(), "."), BAD_AUTHORITY);
}

#[test]
fn adv_ho_010_an_empty_port_is_none() {
    assert_eq!(host(&hosts(), "example.com:"), "a");
}

#[test]
fn adv_ho_011_a_port_is_a_number_of_16_bits() {
    let table = hosts();
    assert_eq!(host(&table, "example.com:65535"), "a");
    for port in [
        "98777", "65536", "1.2", "9000:80", "-1", "+80", "0x50", " 1",
    ] {
        assert_eq!(
            host(&table, &format!("example.com:{port}")),
            BAD_AUTHORITY,
            "{port}"
        );
    }
}

#[test]
fn adv_ho_013_brackets_are_the_whole_host() {
    let table = hosts();
    for authority in ["[2001:db8::1", "[::1].", "x[::1]", "[::1]x:80"] {
        assert_eq!(host(&table, authority), BAD_AUTHORITY, "{authority}");
    }
    assert_eq!(host(&table, "[2001:db8::1]:80"), "other");
}

#[test]
fn adv_ho_014_brackets_hold_an_ipv6_address_only() {
    assert_eq!(host(&hosts(), "[example.com]"), BAD_AUTHORITY);
    assert_eq!(host(&hosts(), "[192.0.2.1]"), BAD_AUTHORITY);
}

#[test]
fn adv_ho_016_what_a_url_ends_a_host_with_is_refused() {
    let table = hosts();
    for authority in [
        "user@example.com",
        "exa#mple.com",
        "exa?mple.com",
        "exa/mple.com",
        "exa\\mple.com",
        "exa mple.com",
        "exa\tmple.com",
    ] {
        assert_eq!(host(&table, authority), BAD_AUTHORITY, "{authority}");
    }
}

#[test]
fn adv_ho_017_a_url_without_path_asks_for_the_root() {
    let table = hosts();
    let request = Request::from_url(b"GET", b"http://example.com?token=1").unwrap();
    assert_eq!(went(&table, &request), "a");
    table.decide(&request, |decision| {
        assert_eq!(decision.path(), b"/");
        assert_eq!(decision.target(), b"/?token=1");
        assert_eq!(decision.authority(), Some(&b"example.com"[..]));
    });
    // Only a URL may leave its path out.
    let bare = Request::new(b"GET", b"?token=1");
    assert_eq!(went(&table, &bare), "BadPath");
}

#[test]
fn adv_ho_018_absolute_form_is_refused_unless_it_is_taken_apart() {
    let table = hosts();
    for target in [
        "http://example.com/admin",
        "HTTPS://example.com/",
        "a+b://x",
    ] {
        let request = Request::new(b"GET", target.as_bytes());
        assert_eq!(went(&table, &request), "AbsoluteForm", "{target}");
    }
    let request = Request::from_url(b"GET", b"http://example.com/x/../admin").unwrap();
    table.decide(&request, |decision| {
        assert_eq!(decision.target(), b"/admin");
    });
    // What has no scheme is no path either.
    for target in ["example.com/admin", "http:/x", "1http://x", "//"] {
        let request = Request::new(b"GET", target.as_bytes());
        let want = if target == "//" { "other" } else { "BadPath" };
        assert_eq!(went(&table, &request), want, "{target}");
    }
}

#[test]
fn a_url_is_scheme_authority_and_target() {
    let parts = |method: &'static [u8], url: &'static str| {
        let request = Request::from_url(method, url.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let authority = text(request.authority().unwrap());
        Some((request.scheme(), authority, text(request.target())))
    };
    let some = |scheme, authority: &str, target: &str| {
        Some((scheme, authority.to_string(), target.to_string()))
    };
    assert_eq!(
        parts(b"GET", "http://a:81/b?c"),
        some(Scheme::Http, "a:81", "/b?c")
    );
    assert_eq!(parts(b"GET", "https://a"), some(Scheme::Https, "a", "/"));
    assert_eq!(parts(b"GET", "http://a#b"), some(Scheme::Http, "a", "/"));
    assert_eq!(
        parts(b"OPTIONS", "http://a:1"),
        some(Scheme::Http, "a:1", "*")
    );
    assert_eq!(parts(b"OPTIONS", "http://a/"), some(Scheme::Http, "a", "/"));
    for url in ["/a", "", "ftp://a/", "http:/a", "a:80", "http"] {
        assert_eq!(parts(b"GET", url), None, "{url}");
    }
    // What is no authority is refused by the engine, in its words.
    let table = hosts();
    for url in ["http:///x", "http://u@a/", "http://a\\b/", "http://a:x/"] {
        let request = Request::from_url(b"GET", url.as_bytes()).unwrap();
        assert_eq!(went(&table, &request), BAD_AUTHORITY, "{url}");
    }
}

#[test]
fn adv_ho_020_a_second_host_header_is_refused() {
    let table = hosts();
    let other: Headers<'_> = &[(b"Host", b"example.com"), (b"host", b"evil.com")];
    let same: Headers<'_> = &[(b"host", b"example.com"), (b"host", b"example.com")];
    for headers in [other, same] {
        let request = Request::new(b"GET", b"/").with_headers(headers);
        assert_eq!(went(&table, &request), "DuplicateHost");
        let request = request.with_authority(b"example.com");
        assert_eq!(went(&table, &request), "DuplicateHost");
    }
}

#[test]
fn a_host_header_is_the_authority_where_there_is_none() {
    let table = hosts();
    let headers: Headers<'_> = &[(b"a", b"b"), (b"Host", b" Example.com\t")];
    let request = Request::new(b"GET", b"/").with_headers(headers);
    assert_eq!(went(&table, &request), "a");
    table.decide(&request, |decision| {
        assert_eq!(decision.authority(), Some(&b"Example.com"[..]));
    });
    assert_eq!(went(&table, &request.with_authority(b"EXAMPLE.com")), "a");
    // Beside an authority it says nothing.
    assert_eq!(went(&table, &request.with_authority(b"evil.com")), "other");
    // Of a connection nothing of it is asked.
    let request = request.with_authority(b"x").with_port(1);
    let request = request.with_protocol(RequestProtocol::Tcp);
    assert_eq!(went(&table, &request), NOWHERE);
}

#[test]
fn adv_ho_021_two_hosts_in_one_header_are_refused() {
    assert_eq!(host(&hosts(), "example.com, evil.com"), BAD_AUTHORITY);
    assert_eq!(host(&hosts(), "example.com,evil.com"), BAD_AUTHORITY);
}

#[test]
fn adv_ho_023_names_are_bytes_and_never_translated() {
    let table = compiled(&routes(Protocol::AnyHttp, vec![on("example.org", "a")]));
    assert_eq!(host(&table, "example.org"), "a");
    for authority in ["xn--example-.org", "example.org.xn--"] {
        assert_eq!(host(&table, authority), NOWHERE, "{authority}");
    }
    assert_eq!(host(&table, "ｅxample.org"), BAD_AUTHORITY);
}

#[test]
fn adv_ho_026_forwarded_headers_are_never_consulted() {
    let headers: Headers<'_> = &[
        (b"x-forwarded-host", b"example.com"),
        (b"forwarded", b"host=example.com"),
        (b"x-original-host", b"example.com"),
    ];
    let request = Request::new(b"GET", b"/")
        .with_authority(b"other.com")
        .with_headers(headers);
    assert_eq!(went(&hosts(), &request), "other");
}

#[test]
fn adv_ho_027_a_scratch_keeps_nothing_of_the_last_request() {
    let table = compiled(&routes(
        Protocol::AnyHttp,
        vec![on("a.com", "a"), on("b.com", "b")],
    ));
    let mut scratch = table.create_scratch();
    for (host, want) in [("a.com", "a"), ("b.com", "b"), ("a.com", "a")] {
        let request = Request::new(b"GET", b"/x").with_authority(host.as_bytes());
        let draws = fingerpost::Draws::fixed(0);
        let decision = table.decide_with(&mut scratch, &request, draws);
        assert_eq!(decision.backend().unwrap().name, want);
    }
}

#[test]
fn adv_me_001_methods_are_case_sensitive() {
    let get = RouteMatch {
        methods: vec!["GET".into()],
        ..RouteMatch::default()
    };
    let table = compiled(&routes(
        Protocol::AnyHttp,
        vec![(HostMatch::Any, to("g", get)), any("rest")],
    ));
    assert_eq!(went(&table, &Request::new(b"GET", b"/")), "g");
    assert_eq!(went(&table, &Request::new(b"get", b"/")), "rest");
}

#[test]
fn adv_me_002_a_method_is_a_token() {
    let table = hosts();
    for method in [
        "GET /admin? HTTP/1.1",
        "",
        "G\0",
        "GET\r",
        "G:T",
        "é",
        "G(T",
    ] {
        let request = Request::new(method.as_bytes(), b"/static/images");
        assert_eq!(went(&table, &request), "BadMethod", "{method:?}");
    }
    assert_eq!(
        went(&table, &Request::new(b"M-SEARCH!#$%&'*+.^_`|~9", b"/")),
        "other"
    );
}

#[test]
fn adv_me_004_connect_may_have_no_path() {
    let regex = RouteMatch {
        path: PathMatch::Regex("/a.*".into()),
        ..RouteMatch::default()
    };
    let connect = RouteMatch {
        methods: vec!["CONNECT".into()],
        ..RouteMatch::default()
    };
    let only_path = routes(
        Protocol::AnyHttp,
        vec![(HostMatch::Any, to("r", regex.clone()))],
    );
    let both = routes(
        Protocol::AnyHttp,
        vec![
            (HostMatch::Any, to("r", regex)),
            (HostMatch::Any, to("c", connect)),
        ],
    );
    for target in [&b""[..], b"example.com:443"] {
        let request = Request::new(b"CONNECT", target)
            .with_protocol(RequestProtocol::Http2)
            .with_authority(b"example.com:443");
        assert_eq!(went(&compiled(&only_path), &request), NOWHERE);
        let table = compiled(&both);
        assert_eq!(went(&table, &request), "c");
        table.decide(&request, |decision| assert_eq!(decision.target(), target));
    }
    assert_eq!(
        went(&compiled(&both), &Request::new(b"GET", b"")),
        "BadPath"
    );
}

#[test]
fn adv_me_005_the_scheme_of_a_url_is_read_without_case() {
    let request = Request::from_url(b"GET", b"htTpS://example.com/").unwrap();
    assert_eq!(request.scheme(), Scheme::Https);
}

#[test]
fn adv_me_008_an_asterisk_is_for_options_only() {
    let table = hosts();
    assert_eq!(went(&table, &Request::new(b"PRI", b"*")), "BadPath");
    assert_eq!(went(&table, &Request::new(b"GET", b"*")), "BadPath");
    assert_eq!(went(&table, &Request::new(b"OPTIONS", b"*/")), "BadPath");
    assert_eq!(went(&table, &Request::new(b"OPTIONS", b"*")), "other");
}

#[test]
fn a_header_has_a_name() {
    let headers: Headers<'_> = &[(b"a", b"b"), (b"", b"c")];
    let request = Request::new(b"GET", b"/").with_headers(headers);
    assert_eq!(went(&hosts(), &request), "BadHeader");
}

#[test]
fn underscores_are_refused_only_where_the_gateway_says() {
    let headers: Headers<'_> = &[(b"a", b"b_"), (b"x_user", b"root")];
    let mut set = routes(Protocol::AnyHttp, vec![any("a")]);
    let request = Request::new(b"GET", b"/").with_headers(headers);
    assert_eq!(went(&compiled(&set), &request), "a");
    set.gateways[0].headers = HeaderRules {
        reject_underscores: true,
        ..HeaderRules::default()
    };
    let table = compiled(&set);
    assert_eq!(went(&table, &request), "UnderscoreHeader");
    let value_only = Request::new(b"GET", b"/").with_headers(&headers[..1]);
    assert_eq!(went(&table, &value_only), "a");
}

#[test]
fn adv_hl_003_the_number_of_headers_is_limited_only_where_asked() {
    let header: (&[u8], &[u8]) = (b"x-a", b"1");
    let headers = vec![header; 5000];
    let set = routes(Protocol::AnyHttp, vec![any("a")]);
    let mut limits = Limits::default();
    limits.request_headers = 100;
    let limited = Compiler::new().with_limits(limits).compile(&set).table;
    let with = |count: usize| Request::new(b"GET", b"/").with_headers(&headers[..count]);
    assert_eq!(went(&compiled(&set), &with(5000)), "a");
    assert_eq!(went(&limited, &with(100)), "a");
    assert_eq!(went(&limited, &with(101)), "TooManyHeaders");
}

#[test]
fn the_number_of_query_parameters_is_limited_only_where_asked() {
    let set = routes(Protocol::AnyHttp, vec![any("a")]);
    let mut limits = Limits::default();
    limits.request_parameters = 2;
    let limited = Compiler::new().with_limits(limits).compile(&set).table;
    for (target, want) in [
        ("/?a=1&b", "a"),
        ("/?a&&b&", "a"),
        ("/", "a"),
        ("/a&b&c", "a"),
        ("/?a=1&b=2&c=3", "TooManyParameters"),
        ("/?a&a&a", "TooManyParameters"),
    ] {
        let request = Request::new(b"GET", target.as_bytes());
        assert_eq!(went(&limited, &request), want, "{target}");
        assert_eq!(went(&compiled(&set), &request), "a", "{target}");
    }
}

#[test]
fn the_target_that_counts_is_the_one_without_fragment() {
    let mut limits = Limits::default();
    limits.request_target = 8;
    let set = routes(Protocol::AnyHttp, vec![any("a")]);
    let table = Compiler::new().with_limits(limits).compile(&set).table;
    for (target, want) in [
        ("/1234567", "a"),
        ("/12345678", "TargetTooLong"),
        ("/1#34567890 \u{1}", "a"),
        ("#", "BadPath"),
    ] {
        let request = Request::new(b"GET", target.as_bytes());
        assert_eq!(went(&table, &request), want, "{target}");
    }
    // The path that a URL leaves out counts.
    for (url, want) in [
        ("http://a?123456", "a"),
        ("http://a?1234567", "TargetTooLong"),
    ] {
        let request = Request::from_url(b"GET", url.as_bytes()).unwrap();
        assert_eq!(went(&table, &request), want, "{url}");
    }
}

#[test]
fn of_two_gateways_one_that_takes_the_request_is_not_hurt_by_one_that_refuses() {
    let mut set = routes(Protocol::AnyHttp, vec![any("a")]);
    let mut strict = set.gateways[0].clone();
    strict.normalization = Normalization {
        escaped_slashes: fingerpost::EscapedSlashes::Reject,
        ..Normalization::BASE
    };
    for at in [0, 1] {
        let mut both = set.clone();
        both.gateways.insert(at, strict.clone());
        let request = Request::new(b"GET", b"/x/../a%2Fb");
        let table = compiled(&both);
        assert_eq!(went(&table, &request), "a");
        table.decide(&request, |decision| {
            assert_eq!(decision.target(), b"/a%2Fb");
        });
    }
    set.gateways = vec![strict];
    let request = Request::new(b"GET", b"/x/../a%2Fb");
    assert_eq!(went(&compiled(&set), &request), "EscapedSlash");
}

#[test]
fn http3_is_http() {
    let request = Request::new(b"GET", b"/")
        .with_authority(b"example.com")
        .with_protocol(RequestProtocol::Http3);
    assert_eq!(went(&hosts(), &request), "a");
    let bad = Request::new(b"G T", b"/").with_protocol(RequestProtocol::Http3);
    assert_eq!(went(&hosts(), &bad), "BadMethod");
}

/// gRPC method `foo.Bar/Admin` leads to `deny`, everything else to `open`.
fn calls() -> Table {
    let exact = |text: &str| Some(ValueMatch::Exact(text.into()));
    let deny = RouteMatch {
        path: PathMatch::Grpc {
            service: exact("foo.Bar"),
            method: exact("Admin"),
        },
        grpc_only: true,
        ..RouteMatch::default()
    };
    compiled(&routes(
        Protocol::AnyHttp,
        vec![(HostMatch::Any, to("deny", deny)), any("open")],
    ))
}

fn call(path: &str) -> String {
    let request = Request::new(b"POST", path.as_bytes()).with_protocol(RequestProtocol::Grpc);
    went(&calls(), &request)
}

#[test]
fn adv_gt_002_exact_grpc_names_are_literal() {
    assert_eq!(call("/foo.Bar/Admin"), "deny");
    assert_eq!(call("/fooXBar/Admin"), "open");
}

#[test]
fn adv_gt_003_a_grpc_path_has_two_segments_and_a_query_does_not_count() {
    for (path, want) in [
        ("//foo.Bar/Admin", "open"),
        ("/foo.Bar//Admin", "open"),
        ("/foo.Bar/Admin/", "open"),
        ("/foo.Bar/Admin?x=1", "deny"),
    ] {
        assert_eq!(call(path), want, "{path}");
    }
}

#[test]
fn adv_gt_004_grpc_names_are_case_sensitive() {
    assert_eq!(call("/foo.bar/admin"), "open");
}

#[test]
fn adv_gt_006_grpc_is_known_by_its_content_type_in_any_case() {
    let table = calls();
    for (kind, want) in [
        ("Application/GRPC+proto", "deny"),
        ("application/grpc", "deny"),
        ("application/grpc;charset=utf-8", "deny"),
        ("APPLICATION/GRPC ; a=b", "deny"),
        ("application/grpc-web", "open"),
        ("application/grpcx", "open"),
        ("application/json", "open"),
    ] {
        let headers: Headers<'_> = &[(b"Content-Type", kind.as_bytes())];
        let request = Request::new(b"POST", b"/foo.Bar/Admin").with_headers(headers);
        assert_eq!(went(&table, &request), want, "{kind}");
    }
}

fn server_name(name: &[u8]) -> String {
    let table = compiled(&routes(
        Protocol::Tls,
        vec![on("a.example.com", "a"), on("*.example.com", "w")],
    ));
    let request = Request::new(b"", b"")
        .with_protocol(RequestProtocol::Tls)
        .with_port(443)
        .with_sni(name);
    went(&table, &request)
}

#[test]
fn adv_gt_007_server_names_compare_without_case() {
    assert_eq!(server_name(b"A.EXAMPLE.COM"), "a");
    assert_eq!(server_name(b"b.example.com"), "w");
}

#[test]
fn adv_gt_009_a_server_name_holds_no_nul() {
    assert_eq!(server_name(b"a.example.com\0.evil.com"), "BadServerName");
    assert_eq!(server_name(b"a.example.com:443"), "BadServerName");
}

#[test]
fn adv_gt_010_addresses_and_nothing_are_no_server_name() {
    assert_eq!(server_name(b"a.example.com."), "a");
    for name in ["192.0.2.1", "[::1]", "::1", ""] {
        assert_eq!(server_name(name.as_bytes()), NOWHERE, "{name}");
    }
    assert_eq!(server_name(&[b'a'; 300]), "BadServerName");
    let long = [&[b'a'; 242][..], b".example.com."].concat();
    assert_eq!(long.len(), 255);
    assert_eq!(server_name(&long), "w");
}

#[test]
fn every_refusal_has_words_of_its_own() {
    let reasons = [
        Reason::BadAuthority,
        Reason::BadServerName,
        Reason::BadMethod,
        Reason::BadPath,
        Reason::AbsoluteForm,
        Reason::EscapedSlash,
        Reason::PathParameter,
        Reason::BadEscape,
        Reason::BadHeader,
        Reason::DuplicateHost,
        Reason::UnderscoreHeader,
        Reason::TooManyHeaders,
        Reason::TooManyParameters,
        Reason::TargetTooLong,
        Reason::HeaderTooLong,
    ];
    let words: std::collections::BTreeSet<_> = reasons.map(Reason::as_str).into();
    assert_eq!(words.len(), reasons.len());
}
