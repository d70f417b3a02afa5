//! For each variant of the model there is a document that gives it.
//!
//! [`variants`] makes an exhaustive match and the list of names from one declaration:
//! a new variant does not compile until it is named here, and then fails until a
//! document below gives it.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{document_of, sound};
use crate::model::{
    Action, CorsOrigin, EscapedSlashes, Fact, Filter, FormatPart, Fragment, HeaderVerb, HostForm,
    HostMatch, HostRewrite, MalformedEscapes, MetadataValue, PathMatch, PathParameters,
    PathRewrite, Precedence, Predicate, PredicateKind, PrefixJoin, Protocol, QueryEdit,
    QueryRewrite, RepeatedValues, RouteSet, Rule, Scheme, SessionPolicy, Target, ValueMatch,
};

/// Names of variants that were seen.
type Seen = BTreeSet<String>;

/// An enum whose variants must all be seen.
trait Variants {
    const NAMES: &'static [&'static str];
    fn name(&self) -> &'static str;
}

macro_rules! variants {
    ($($kind:ident: $($variant:ident)*;)*) => {
        $(impl Variants for $kind {
            const NAMES: &'static [&'static str] = &[$(concat!(stringify!($kind), "::", stringify!($variant))),*];
            fn name(&self) -> &'static str {
                match self {
                    $($kind::$variant { .. } => concat!(stringify!($kind), "::", stringify!($variant)),)*
                }
            }
        })*
        fn all() -> Vec<&'static str> {
            let lists: &[&[&'static str]] = &[$($kind::NAMES),*];
            lists.concat()
        }
    };
}

variants! {
    Action: Forward Redirect Respond;
    CorsOrigin: Any Exact Wildcard Value;
    EscapedSlashes: Keep Reject Unescape UnescapeAndRedirect;
    Fact: Path RawPath Method Scheme Host Authority AuthorityPort Port Version RawQuery Header
        Query RawQueryParameter Cookie Attribute SourceIp DestinationIp Sni ClientNamespace
        GrpcService GrpcMethod Grpc;
    Filter: Cors Fault Mirror Redirect RequestHeaders ResponseHeaders Rewrite;
    FormatPart: Text Capture Fact;
    Fragment: Strip Reject;
    HeaderVerb: Set Add Append SetIfAbsent SetIfPresent Remove;
    HostForm: Name Authority;
    HostMatch: Any Exact Wildcard OneLabel Suffix WildcardSuffix WildcardPrefix Regex;
    HostRewrite: To FromPath Backend;
    MalformedEscapes: Keep Reject;
    MetadataValue: Text Integer Number Boolean Json;
    PathMatch: Any Exact Prefix Segments Suffix Contains Glob Template Regex RegexStart
        RegexSearch Grpc;
    PathParameters: Keep Strip Reject;
    PathRewrite: Full Prefix Regex;
    Precedence: GatewayApi AppMesh FirstMatch OldestRoute Specific;
    PrefixJoin: Segments OneSlash Literal;
    Protocol: AnyHttp Http Https Tcp Tls Udp;
    QueryEdit: Set Add Remove Keep;
    QueryRewrite: To Edit;
    RepeatedValues: Joined Any All First;
    Scheme: Http Https;
    SessionPolicy: Cookie Header;
    Target: Backend Stage FromRequest Invalid;
    ValueMatch: Exact Prefix Suffix Contains In Glob Regex RegexStart RegexSearch Cidr Present
        Range;
}

/// A part of a document, and a piece of the model's debug form that it gives.
type Case = (&'static str, &'static str);

/// Paths, as a match has them.
const PATHS: &[Case] = &[
    ("{exact: /a}", r#"Exact("/a")"#),
    ("{prefix: /a}", r#"Prefix("/a")"#),
    ("{segments: /a}", r#"Segments("/a")"#),
    ("{suffix: .js}", r#"Suffix(".js")"#),
    ("{contains: a}", r#"Contains("a")"#),
    ("{glob: '/a/**'}", r#"Glob("/a/**")"#),
    ("{template: '/a/{b}'}", r#"Template("/a/{b}")"#),
    ("{regex: '/a+'}", r#"Regex("/a+")"#),
    ("{regex_start: '/a+'}", r#"RegexStart("/a+")"#),
    ("{regex_search: a+}", r#"RegexSearch("a+")"#),
    (
        "{grpc: {service: a.B, method: {prefix: Get}}}",
        r#"Grpc { service: Some(Exact("a.B")), method: Some(Prefix("Get")) }"#,
    ),
    ("{grpc: {}}", "Grpc { service: None, method: None }"),
    ("/a", r#"Exact("/a")"#),
    ("'/a/{b}'", r#"Template("/a/{b}")"#),
    ("/a/**", r#"Template("/a/**")"#),
];

/// Tests of a header.
const VALUES: &[Case] = &[
    ("a", r#"value: Exact("a")"#),
    ("[a, b]", r#"value: In(["a", "b"])"#),
    ("{exact: a}", r#"value: Exact("a")"#),
    ("{prefix: a}", r#"value: Prefix("a")"#),
    ("{suffix: a}", r#"value: Suffix("a")"#),
    ("{contains: a}", r#"value: Contains("a")"#),
    ("{in: [a, 1]}", r#"value: In(["a", "1"])"#),
    ("{glob: 'a*'}", r#"value: Glob("a*")"#),
    ("{regex: a+}", r#"value: Regex("a+")"#),
    ("{regex_start: a+}", r#"value: RegexStart("a+")"#),
    ("{regex_search: a+}", r#"value: RegexSearch("a+")"#),
    (
        "{cidr: 10.0.0.0/8}",
        "value: Cidr([Cidr { address: 10.0.0.0, length: 8 }])",
    ),
    (
        "{present: true}",
        "value: Present, ignore_case: false, invert: false, missing_matches: false",
    ),
    (
        "{present: false}",
        "value: Present, ignore_case: false, invert: true, missing_matches: true",
    ),
    (
        "{range: {start: -1, end: 2}}",
        "value: Range { start: -1, end: 2 }",
    ),
    ("{exact: a, ignore_case: true}", "ignore_case: true"),
    (
        "{exact: a, invert: true}",
        "invert: true, missing_matches: true",
    ),
    (
        "{exact: a, invert: true, missing_matches: false}",
        "invert: true, missing_matches: false",
    ),
    (
        "{exact: a, missing_matches: true}",
        "invert: false, missing_matches: true",
    ),
    ("{exact: a}", "repeated: Joined"),
    ("{exact: a, repeated: joined}", "repeated: Joined"),
    ("{exact: a, repeated: any}", "repeated: Any"),
    ("{exact: a, repeated: all}", "repeated: All"),
    ("{exact: a, repeated: first}", "repeated: First"),
];

/// Fields of a match, and what the match has then.
const MATCHES: &[Case] = &[
    ("method: GET", r#"methods: ["GET"]"#),
    ("method: [GET, PURGE]", r#"methods: ["GET", "PURGE"]"#),
    ("scheme: http", "scheme: Some(Http)"),
    ("scheme: https", "scheme: Some(Https)"),
    ("grpc_only: true", "grpc_only: true"),
    ("path: {grpc: {}}", "grpc_only: true"),
    ("path: {grpc: {}}, grpc_only: false", "grpc_only: false"),
    (
        "path: {exact: /a, ignore_case: true}",
        "path_ignore_case: true",
    ),
    ("path: {exact: /a, raw: true}", "path_raw: true"),
    (
        "headers: {X-A: b}",
        r#"HeaderMatch { name: "x-a", value: Exact("b")"#,
    ),
    (
        "query: {Q: b}",
        r#"QueryMatch { name: "Q", value: Exact("b")"#,
    ),
    ("query: {q: b}", "repeated: First, raw: false"),
    ("query: {q: {exact: b, raw: true}}", "raw: true"),
    ("cookies: {sid: a}", r#"fact: Cookie("sid")"#),
    ("attributes: {jwt.sub: a}", r#"fact: Attribute("jwt.sub")"#),
    ("host: a", "fact: Host"),
    ("authority: a", "fact: Authority"),
    (
        "authority_port: 8080",
        r#"fact: AuthorityPort, value: Exact("8080")"#,
    ),
    (
        "port: [80, '443']",
        r#"fact: Port, value: In(["80", "443"])"#,
    ),
    ("version: 2", r#"fact: Version, value: Exact("2")"#),
    ("raw_path: a", "fact: RawPath"),
    ("raw_query: a", "fact: RawQuery"),
    ("source_ip: 10.0.0.0/8", "fact: SourceIp, value: Cidr("),
    (
        "source_ip: [10.0.0.0/8, '::1']",
        "Cidr { address: ::1, length: 128 }",
    ),
    (
        "destination_ip: {exact: 10.0.0.1}",
        r#"fact: DestinationIp, value: Exact("#,
    ),
    ("sni: a", "fact: Sni"),
    ("client_namespace: a", "fact: ClientNamespace"),
    ("grpc_service: a", "fact: GrpcService"),
    ("grpc_method: a", "fact: GrpcMethod"),
    ("host: a", "repeated: Any"),
    (
        "fraction: 10%",
        "Fraction { numerator: 10, denominator: 100 }",
    ),
    ("fraction: 1/3", "Fraction { numerator: 1, denominator: 3 }"),
    (
        "all: [{host: a}, {sni: b}]",
        "predicates: [Predicate { node: Fact(FactMatch { fact: Host",
    ),
    (
        "any: [{host: a}, {sni: b}]",
        "Any([Predicate { node: Fact(FactMatch { fact: Host",
    ),
    ("not: {host: a}", "Not(Predicate { node: Fact("),
    ("any: [{host: a, sni: b}]", "All(["),
    ("not: {path: {exact: /a}}", "fact: Path, value: Exact"),
    (
        "not: {path: {segments: /a/}}",
        r#"fact: Path, value: Prefix("/a/")"#,
    ),
    ("not: {method: GET}", r#"fact: Method, value: Exact("GET")"#),
    (
        "not: {method: [GET, PUT]}",
        r#"fact: Method, value: In(["GET", "PUT"])"#,
    ),
    (
        "not: {scheme: https}",
        r#"fact: Scheme, value: Exact("https")"#,
    ),
    ("not: {headers: {X-A: b}}", r#"fact: Header("x-a")"#),
    ("not: {headers: {X-A: b}}", "repeated: Joined"),
    ("not: {query: {q: b}}", r#"fact: Query("q")"#),
    ("not: {query: {q: b}}", "repeated: First"),
    (
        "not: {query: {q: {exact: b, raw: true}}}",
        r#"fact: RawQueryParameter("q")"#,
    ),
    ("not: {grpc_only: true}", "fact: Grpc, value: Present"),
];

/// Fields of a rule, and what the rule has then.
const RULES: &[Case] = &[
    (
        "backend: a",
        r#"Backend { kind: "Backend", namespace: "", name: "a", port: None"#,
    ),
    (
        "backend: ns/a:80",
        r#"namespace: "ns", name: "a", port: Some(80)"#,
    ),
    (
        "backend: {name: a, namespace: ns, kind: Service, port: 80, subset: v1, protocol: h2c}",
        r#"Backend(Backend { kind: "Service", namespace: "ns", name: "a", port: Some(80), subset: Some("v1"), protocol: Some("h2c") })"#,
    ),
    ("backends: [{name: a, weight: 9}, b]", "weight: 9"),
    ("backends: [{name: a, weight: 9}, b]", "weight: 1"),
    (
        "backend: {name: a, failover: [b, {name: c, port: 1}]}",
        r#"failover: [Backend { kind: "Backend", namespace: "", name: "b""#,
    ),
    (
        "backend: {name: a, invalid: {reason: RefNotPermitted, status: 503}}",
        r#"reason: "RefNotPermitted", status: 503"#,
    ),
    (
        "stage: next",
        "target: Stage { stage: StageId(0), metadata: [] }",
    ),
    (
        "backend: {stage: next, metadata: {a: b}}",
        r#"metadata: [("a", Text("b"))]"#,
    ),
    (
        "backend: {from_request: {fact: header.x-cluster, kind: cluster, status: 404}}",
        r#"FromRequest { kind: "cluster", fact: Header("x-cluster"), status: 404 }"#,
    ),
    (
        "backend: {name: a, redirect: {host: b}}",
        "filters: [Redirect(Redirect {",
    ),
    (
        "backend: {name: a, filters: [{redirect: {host: b}}]}",
        "filters: [Redirect(Redirect {",
    ),
    (
        "backend: {name: a, request_headers: {set: {a: b}}}",
        "filters: [RequestHeaders(",
    ),
    (
        "redirect: {scheme: https, host: b, port: 444, path: /p, query: a=b, status: 308}",
        r#"Redirect { scheme: Some(Https), host: Some(Format { parts: [Text("b")] }), port: Some(444)"#,
    ),
    ("redirect: {host: b}", "status: 302"),
    (
        "respond: 404",
        r#"Respond { status: 404, body: "", reason: "" }"#,
    ),
    (
        "respond: {status: 503, body: gone, reason: NoBackend}",
        r#"Respond { status: 503, body: "gone", reason: "NoBackend" }"#,
    ),
    (
        "respond: 200, rewrite: {host: '{header.x-host}'}",
        r#"host: Some(To(Format { parts: [Fact(Header("x-host"))] }))"#,
    ),
    (
        "respond: 200, rewrite: {host: {from: backend}}",
        "host: Some(Backend)",
    ),
    (
        "respond: 200, rewrite: {host: {from_path: {regex: '/(\\w+)', replacement: '{1}', all: true}}}",
        r#"FromPath(Substitution { pattern: "/(\\w+)", replacement: Format { parts: [Capture("1")] }, all: true })"#,
    ),
    (
        "respond: 200, rewrite: {path: '/v2/{id}'}",
        r#"Full(Format { parts: [Text("/v2/"), Capture("id")] })"#,
    ),
    (
        "respond: 200, rewrite: {path: {full: /a}}",
        "path: Some(Full(",
    ),
    (
        "respond: 200, rewrite: {path: {replace_prefix: /v2}}",
        r#"Prefix { replacement: "/v2", join: Segments }"#,
    ),
    (
        "respond: 200, rewrite: {path: {replace_prefix: /, join: segments}}",
        "join: Segments",
    ),
    (
        "respond: 200, rewrite: {path: {replace_prefix: /, join: one-slash}}",
        "join: OneSlash",
    ),
    (
        "respond: 200, rewrite: {path: {replace_prefix: '', join: literal}}",
        "join: Literal",
    ),
    (
        "respond: 200, rewrite: {path: {substitute: {regex: a, replacement: b}}}",
        "path: Some(Regex(Substitution",
    ),
    ("respond: 200, rewrite: {query: a=b}", "query: Some(To("),
    (
        "respond: 200, rewrite: {query: {add: {a: [b, c]}, set: {d: e}, remove: [f], keep: [g]}}",
        r#"Edit([Keep { names: ["g"] }, Remove { name: "f" }, Set { name: "d", value: Format { parts: [Text("e")] } }, Add { name: "a""#,
    ),
    (
        "respond: 200, rewrite: {query: [{add: {a: b}}, {keep: [c]}]}",
        r#"Edit([Add { name: "a""#,
    ),
    (
        "respond: 200, rewrite: {method: POST}",
        r#"method: Some("POST")"#,
    ),
    (
        "respond: 200, request_headers: {remove: [A], set_if_present: {b: c}, set_if_absent: {b: c}, append: {b: c}, add: {b: c}, set: {B: c}}",
        r#"RequestHeaders([HeaderEdit { verb: Set, name: "b""#,
    ),
    (
        "respond: 200, request_headers: {remove: [A]}",
        r#"HeaderEdit { verb: Remove, name: "a", value: Format { parts: [] } }"#,
    ),
    (
        "respond: 200, request_headers: [{remove: [a]}, {set: {a: b}}]",
        "RequestHeaders([HeaderEdit { verb: Remove",
    ),
    (
        "respond: 200, response_headers: {append: {a: b}}",
        "ResponseHeaders([HeaderEdit { verb: Append",
    ),
    (
        "respond: 200, mirrors: [a]",
        "Mirror { target: Ok(Backend {",
    ),
    (
        "respond: 200, mirrors: [{name: a, fraction: 0.5%}]",
        "numerator: 5, denominator: 1000",
    ),
    (
        "respond: 200, mirrors: [{name: a, invalid: {}}]",
        r#"Err(InvalidTarget {"#,
    ),
    (
        "respond: 200, fault: {delay: {duration: 1m, fraction: 0.5%}, abort: {status: 503, grpc_status: 14}}",
        "Fault { delay_ms: Some(60000), delay_ppm: 5000, abort_status: Some(503), abort_grpc_status: Some(14), abort_ppm: 1000000 }",
    ),
    (
        "respond: 200, cors: {allow_origins: ['*'], allow_methods: [GET], allow_headers: [a], expose_headers: [b], allow_credentials: true, max_age: 1h}",
        r#"CorsPolicy { allow_origins: [Any], allow_methods: ["GET"], allow_headers: ["a"], expose_headers: ["b"], allow_credentials: true, max_age_s: Some(3600) }"#,
    ),
    (
        "respond: 200, cors: {allow_origins: ['https://a.b']}",
        r#"Exact { scheme: "https", host: "a.b", port: 443 }"#,
    ),
    (
        "respond: 200, cors: {allow_origins: ['http://*.a.b:81']}",
        r#"Wildcard { scheme: "http", suffix: "a.b", port: 81 }"#,
    ),
    (
        "respond: 200, cors: {allow_origins: [{suffix: .a.b}]}",
        r#"Value(Suffix(".a.b"))"#,
    ),
    (
        "respond: 200, filters: [{response_headers: {set: {a: b}}}, {rewrite: {method: GET}}, {mirror: a}, {fault: {}}, {cors: {}}, {request_headers: {}}]",
        "filters: [ResponseHeaders(",
    ),
    (
        "respond: 200, timeouts: {request: 5s, backend_request: 250ms, idle: 0s}",
        "Timeouts { request_ms: Some(5000), backend_request_ms: Some(250), idle_ms: Some(0) }",
    ),
    (
        "respond: 200, retry: {attempts: 3, per_try_timeout: 1s, retry_on: [5xx, 503], backoff: 25ms, max_backoff: 1m}",
        r#"RetryPolicy { attempts: Some(3), per_try_timeout_ms: Some(1000), on: ["5xx", "503"], backoff_ms: Some(25), max_backoff_ms: Some(60000) }"#,
    ),
    (
        "respond: 200, session: {cookie: {name: a, permanent: true, absolute_timeout: 1h, idle_timeout: 1m}}",
        r#"Cookie { name: Some("a"), permanent: true, absolute_timeout_ms: Some(3600000), idle_timeout_ms: Some(60000) }"#,
    ),
    (
        "respond: 200, session: {header: {}}",
        "Header { name: None, absolute_timeout_ms: None",
    ),
    (
        "respond: 200, sticky: [cookie.sid, {fact: source_ip, terminal: true}]",
        r#"sticky: [HashKey { fact: Cookie("sid"), terminal: false }, HashKey { fact: SourceIp, terminal: true }]"#,
    ),
    (
        "respond: 200, hash: [query.a, decoded_query.a]",
        r#"hash: [HashKey { fact: RawQueryParameter("a"), terminal: false }, HashKey { fact: Query("a")"#,
    ),
    (
        "respond: 200, metadata: {a: b, c: 1, d: 1.5, e: true, f: [1, null, {g: 'h\"'}]}",
        r#"metadata: [("a", Text("b")), ("c", Integer(1)), ("d", Number(1.5)), ("e", Boolean(true)), ("f", Json("[1,null,{\"g\":\"h\\\"\"}]"))]"#,
    ),
    (
        "respond: 200, name: one, priority: -3",
        r#"name: Some("one"), priority: Some(-3)"#,
    ),
];

/// Fields of a gateway.
const GATEWAYS: &[Case] = &[
    (
        "normalization: none",
        "Normalization { base: false, merge_slashes: false, escaped_slashes: Keep",
    ),
    (
        "normalization: base",
        "Normalization { base: true, merge_slashes: false",
    ),
    (
        "normalization: merge-slashes",
        "Normalization { base: true, merge_slashes: true, escaped_slashes: Keep",
    ),
    (
        "normalization: decode-and-merge",
        "merge_slashes: true, escaped_slashes: Unescape",
    ),
    (
        "normalization: {}",
        "merge_slashes: true, escaped_slashes: Keep",
    ),
    (
        "namespace: ns",
        "merge_slashes: true, escaped_slashes: Keep",
    ),
    (
        "normalization: {profile: base, escaped_slashes: keep}",
        "merge_slashes: false, escaped_slashes: Keep",
    ),
    (
        "normalization: {escaped_slashes: reject}",
        "escaped_slashes: Reject",
    ),
    (
        "normalization: {escaped_slashes: unescape}",
        "escaped_slashes: Unescape,",
    ),
    (
        "normalization: {escaped_slashes: unescape-and-redirect}",
        "escaped_slashes: UnescapeAndRedirect",
    ),
    (
        "normalization: {path_parameters: keep}",
        "path_parameters: Keep",
    ),
    (
        "normalization: {path_parameters: strip}",
        "path_parameters: Strip",
    ),
    (
        "normalization: {path_parameters: reject}",
        "path_parameters: Reject",
    ),
    ("normalization: {fragment: strip}", "fragment: Strip"),
    ("normalization: {fragment: reject}", "fragment: Reject"),
    (
        "normalization: {malformed_escapes: keep}",
        "malformed_escapes: Keep",
    ),
    (
        "normalization: {malformed_escapes: reject}",
        "malformed_escapes: Reject",
    ),
    (
        "header_rules: {reject_underscores: true, trim_values: true}",
        "HeaderRules { reject_underscores: true, trim_values: true }",
    ),
    ("precedence: specific", "precedence: Specific"),
    ("precedence: first-match", "precedence: FirstMatch"),
    ("precedence: gateway-api", "precedence: GatewayApi"),
    ("precedence: app-mesh", "precedence: AppMesh"),
    ("precedence: oldest-route", "precedence: OldestRoute"),
    (
        "namespace: ns",
        "precedence: Specific, host_fallthrough: true, host_form: Name",
    ),
    ("host_fallthrough: false", "host_fallthrough: false"),
    ("host_form: authority", "host_form: Authority"),
    (
        "listeners: [{name: l, port: 80, protocol: any-http}]",
        "port: Some(80), protocol: AnyHttp",
    ),
    (
        "listeners: [{name: l, protocol: http}]",
        "port: None, protocol: Http,",
    ),
    ("listeners: [{name: l, protocol: https}]", "protocol: Https"),
    (
        "listeners: [{name: l}, {name: m, protocol: tcp}]",
        "protocol: Tcp",
    ),
    (
        "listeners: [{name: l}, {name: m, protocol: tls}]",
        "protocol: Tls",
    ),
    (
        "listeners: [{name: l}, {name: m, protocol: udp}]",
        "protocol: Udp",
    ),
    (
        "listeners: [{name: l, hosts: [a.b]}]",
        r#"hosts: [Exact("a.b")]"#,
    ),
    (
        "listeners: [{name: l, client_namespace: ns, detect_misdirected: true}]",
        r#"client_namespace: Some("ns"), detect_misdirected: true"#,
    ),
    (
        "listeners: [{name: l, host_form: authority, host_fallthrough: false, precedence: first-match}]",
        "precedence: FirstMatch, host_fallthrough: false, host_form: Authority",
    ),
];

/// Hosts of a route.
const HOSTS: &[Case] = &[
    ("'*'", "host: Any, written: Any, port: None"),
    ("'*:81'", "host: Any, written: Any, port: Some(81)"),
    (
        "Shop.Example.",
        r#"host: Exact("shop.example"), written: Exact("shop.example"), port: None"#,
    ),
    (
        "shop.example:81",
        r#"host: Exact("shop.example"), written: Exact("shop.example"), port: Some(81)"#,
    ),
    ("'*.shop.example'", r#"host: Wildcard("shop.example")"#),
    (
        "'*-api.shop.example'",
        r#"host: WildcardSuffix("-api.shop.example")"#,
    ),
    ("'www.shop.*'", r#"host: WildcardPrefix("www.shop.")"#),
    (
        "'[2001:DB8::1]:81'",
        r#"host: Exact("[2001:db8::1]"), written: Exact("[2001:db8::1]"), port: Some(81)"#,
    ),
    (
        "{one_label: Shop.example}",
        r#"host: OneLabel("shop.example")"#,
    ),
    (
        "{suffix: shop.example, port: 81}",
        r#"host: Suffix("shop.example"), written: Suffix("shop.example"), port: Some(81)"#,
    ),
    (
        "{regex: '[a-z]+\\.shop\\.example'}",
        r#"host: Regex("[a-z]+\\.shop\\.example")"#,
    ),
];

/// Every document, with the piece that it gives.
fn documents() -> Vec<(String, &'static str)> {
    let of = |cases: &[Case], make: &dyn Fn(&str) -> String| -> Vec<(String, &'static str)> {
        cases
            .iter()
            .map(|(part, piece)| (make(part), *piece))
            .collect()
    };
    let of_route =
        |host: &str| format!("fingerpost: v1\nroutes: [{{name: r, hosts: [{host}], rules: []}}]\n");
    let of_gateway = |fields: &str| {
        format!(
            "fingerpost: v1\ngateways: [{{name: g, {fields}}}]\n\
             routes: [{{name: r, hosts: [a.b], rules: []}}]\n"
        )
    };
    let of_match = |part: &str| document_of(&format!("match: {{{part}}}, respond: 200"));
    [
        of(PATHS, &|part| of_match(&format!("path: {part}"))),
        of(VALUES, &|part| {
            of_match(&format!("headers: {{x-a: {part}}}"))
        }),
        of(MATCHES, &of_match),
        of(RULES, &|fields| document_of(fields)),
        of(GATEWAYS, &of_gateway),
        of(HOSTS, &of_route),
    ]
    .concat()
}

#[test]
fn each_document_gives_its_piece_of_the_model() {
    for (text, piece) in documents() {
        let set = sound(&text);
        let model = format!("{:?} {:?} {:?}", set.gateways, set.stages, set.routes);
        assert!(model.contains(piece), "{text}\nwants {piece}\nis {model}");
    }
}

#[test]
fn every_variant_of_the_model_has_a_document() {
    let mut seen = Seen::new();
    for (text, _) in documents() {
        visit(&sound(&text), &mut seen);
    }
    let missing: Vec<_> = all()
        .into_iter()
        .filter(|name| !seen.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no document gives {missing:?}");
}

fn see<T: Variants>(value: &T, seen: &mut Seen) {
    seen.insert(value.name().to_owned());
}

fn visit(set: &RouteSet, seen: &mut Seen) {
    for gateway in &set.gateways {
        see(&gateway.normalization.escaped_slashes, seen);
        see(&gateway.normalization.path_parameters, seen);
        see(&gateway.normalization.fragment, seen);
        see(&gateway.normalization.malformed_escapes, seen);
        for listener in &gateway.listeners {
            see(&listener.protocol, seen);
            listener.hosts.iter().for_each(|host| see(host, seen));
        }
    }
    for stage in &set.stages {
        see(&stage.precedence, seen);
        see(&stage.host_form, seen);
        for binding in stage.attachments.iter().flat_map(|one| &one.hosts) {
            see(&binding.host, seen);
        }
    }
    let rules = set.routes.iter().flat_map(|route| &route.rules);
    rules.for_each(|rule| visit_rule(rule, seen));
}

fn visit_rule(rule: &Rule, seen: &mut Seen) {
    for one in &rule.matches {
        see(&one.path, seen);
        one.scheme.iter().for_each(|scheme| see(scheme, seen));
        for header in &one.headers {
            see(&header.value, seen);
            see(&header.repeated, seen);
        }
        one.predicates
            .iter()
            .for_each(|part| visit_predicate(part, seen));
    }
    rule.filters
        .iter()
        .for_each(|filter| visit_filter(filter, seen));
    see(&rule.action, seen);
    if let Action::Forward(targets) = &rule.action {
        for target in targets {
            see(&target.target, seen);
            target
                .filters
                .iter()
                .for_each(|filter| visit_filter(filter, seen));
        }
    }
    rule.session.iter().for_each(|session| see(session, seen));
    rule.metadata.iter().for_each(|(_, value)| see(value, seen));
}

fn visit_predicate(predicate: &Predicate, seen: &mut Seen) {
    match predicate.kind() {
        PredicateKind::Fact(test) => {
            see(&test.fact, seen);
            see(&test.value, seen);
        }
        PredicateKind::Fraction { .. } | PredicateKind::TooDeep => {}
        PredicateKind::All(parts) | PredicateKind::Any(parts) => {
            parts.iter().for_each(|part| visit_predicate(part, seen));
        }
        PredicateKind::Not(part) => visit_predicate(part, seen),
    }
}

fn visit_filter(filter: &Filter, seen: &mut Seen) {
    see(filter, seen);
    match filter {
        Filter::Cors(cors) => cors
            .allow_origins
            .iter()
            .for_each(|origin| see(origin, seen)),
        Filter::RequestHeaders(edits) => edits.iter().for_each(|edit| see(&edit.verb, seen)),
        Filter::Rewrite(rewrite) => {
            rewrite.host.iter().for_each(|host| see(host, seen));
            if let Some(HostRewrite::FromPath(substitution)) = &rewrite.host {
                substitution
                    .replacement
                    .parts()
                    .iter()
                    .for_each(|part| see(part, seen));
            }
            if let Some(HostRewrite::To(format)) = &rewrite.host {
                format.parts().iter().for_each(|part| see(part, seen));
            }
            if let Some(path) = &rewrite.path {
                see(path, seen);
                if let PathRewrite::Prefix { join, .. } = path {
                    see(join, seen);
                }
                if let PathRewrite::Full(format) = path {
                    format.parts().iter().for_each(|part| see(part, seen));
                }
            }
            if let Some(query) = &rewrite.query {
                see(query, seen);
                if let QueryRewrite::Edit(edits) = query {
                    edits.iter().for_each(|edit| see(edit, seen));
                }
            }
        }
        Filter::Fault(_) | Filter::Mirror(_) | Filter::Redirect(_) | Filter::ResponseHeaders(_) => {
        }
    }
}
