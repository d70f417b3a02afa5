//! Parts of gateways and hosts, and what they give.

use super::cases::Case;

/// Fields of a gateway.
pub(super) const GATEWAYS: &[Case] = &[
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
pub(super) const HOSTS: &[Case] = &[
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
