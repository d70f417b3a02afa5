//! Parts of rules, and what they give.

/// A part of a document, and a piece of the model's debug form that it gives.
pub(super) type Case = (&'static str, &'static str);

/// Paths, as a match has them.
pub(super) const PATHS: &[Case] = &[
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
pub(super) const VALUES: &[Case] = &[
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
pub(super) const MATCHES: &[Case] = &[
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
    (
        "not: {path: {segments: /a//}}",
        r#"fact: Path, value: Prefix("/a//")"#,
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
pub(super) const RULES: &[Case] = &[
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
        "backend: a, rewrite: {host: '{header.x-host}'}",
        r#"host: Some(To(Format { parts: [Fact(Header("x-host"))] }))"#,
    ),
    (
        "backend: a, rewrite: {host: {from: backend}}",
        "host: Some(Backend)",
    ),
    (
        "backend: a, rewrite: {host: {from_path: {regex: '/(\\w+)', replacement: '{1}', all: true}}}",
        r#"FromPath(Substitution { pattern: "/(\\w+)", replacement: Format { parts: [Capture("1")] }, all: true })"#,
    ),
    (
        "backend: a, rewrite: {path: '/v2/{id}'}",
        r#"Full(Format { parts: [Text("/v2/"), Capture("id")] })"#,
    ),
    (
        "backend: a, rewrite: {path: {full: /a}}",
        "path: Some(Full(",
    ),
    (
        "backend: a, rewrite: {path: {replace_prefix: /v2}}",
        r#"Prefix { replacement: "/v2", join: Segments }"#,
    ),
    (
        "backend: a, rewrite: {path: {replace_prefix: /, join: segments}}",
        "join: Segments",
    ),
    (
        "backend: a, rewrite: {path: {replace_prefix: /, join: one-slash}}",
        "join: OneSlash",
    ),
    (
        "backend: a, rewrite: {path: {replace_prefix: '', join: literal}}",
        "join: Literal",
    ),
    (
        "backend: a, rewrite: {path: {substitute: {regex: a, replacement: b}}}",
        "path: Some(Regex(Substitution",
    ),
    ("backend: a, rewrite: {query: a=b}", "query: Some(To("),
    (
        "backend: a, rewrite: {query: {add: {a: [b, c]}, set: {d: e}, remove: [f], keep: [g]}}",
        r#"Edit([Keep { names: ["g"] }, Remove { name: "f" }, Set { name: "d", value: Format { parts: [Text("e")] } }, Add { name: "a""#,
    ),
    (
        "backend: a, rewrite: {query: [{add: {a: b}}, {keep: [c]}]}",
        r#"Edit([Add { name: "a""#,
    ),
    (
        "backend: a, rewrite: {method: POST}",
        r#"method: Some("POST")"#,
    ),
    (
        "backend: a, request_headers: {remove: [A], set_if_present: {b: c}, set_if_absent: {b: c}, append: {b: c}, add: {b: c}, set: {B: c}}",
        r#"RequestHeaders([HeaderEdit { verb: Set, name: "b""#,
    ),
    (
        "backend: a, request_headers: {remove: [A]}",
        r#"HeaderEdit { verb: Remove, name: "a", value: Format { parts: [] } }"#,
    ),
    (
        "backend: a, request_headers: [{remove: [a]}, {set: {a: b}}]",
        "RequestHeaders([HeaderEdit { verb: Remove",
    ),
    (
        "respond: 200, response_headers: {append: {a: b}}",
        "ResponseHeaders([HeaderEdit { verb: Append",
    ),
    ("backend: a, mirrors: [a]", "Mirror { target: Ok(Backend {"),
    (
        "backend: a, mirrors: [{name: a, fraction: 0.5%}]",
        "numerator: 5, denominator: 1000",
    ),
    (
        "backend: a, mirrors: [{name: a, invalid: {}}]",
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
        "backend: a, filters: [{response_headers: {set: {a: b}}}, {rewrite: {method: GET}}, {mirror: a}, {fault: {}}, {cors: {}}, {request_headers: {}}]",
        "filters: [ResponseHeaders(",
    ),
    (
        "backend: a, timeouts: {request: 5s, backend_request: 250ms, idle: 0s}",
        "Timeouts { request_ms: Some(5000), backend_request_ms: Some(250), idle_ms: Some(0) }",
    ),
    (
        "backend: a, retry: {attempts: 3, per_try_timeout: 1s, retry_on: [5xx, 503], backoff: 25ms, max_backoff: 1m}",
        r#"RetryPolicy { attempts: Some(3), per_try_timeout_ms: Some(1000), on: ["5xx", "503"], backoff_ms: Some(25), max_backoff_ms: Some(60000) }"#,
    ),
    (
        "backend: a, session: {cookie: {name: a, permanent: true, absolute_timeout: 1h, idle_timeout: 1m}}",
        r#"Cookie { name: Some("a"), permanent: true, absolute_timeout_ms: Some(3600000), idle_timeout_ms: Some(60000) }"#,
    ),
    (
        "backend: a, session: {header: {}}",
        "Header { name: None, absolute_timeout_ms: None",
    ),
    (
        "backend: a, sticky: [cookie.sid, {fact: source_ip, terminal: true}]",
        r#"sticky: [HashKey { fact: Cookie("sid"), terminal: false }, HashKey { fact: SourceIp, terminal: true }]"#,
    ),
    (
        "backend: a, hash: [query.a, decoded_query.a]",
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
