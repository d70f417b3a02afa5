//! Authorities that two components read differently.

use fingerpost::model::{HostForm, HostMatch, RouteSet};
use fingerpost::{Draws, Precedence, Request, Table};
use fingerpost_tests::build::{exact, route};

use crate::asked::get;
use crate::manifest::{gateway, http_gateway, http_route, imported, rules};
use crate::table::{guarded, open, table};

/// HTTPRoutes by name under one hostname each; `*` is none.
fn named(routes: &[(&str, &str)]) -> Table {
    let mut documents = vec![http_gateway()];
    for (name, host) in routes {
        let hostnames = match *host {
            "*" => String::new(),
            host => format!("hostnames: ['{host}'], "),
        };
        documents.push(http_route(name, &(hostnames + &rules("{}"))));
    }
    imported(&documents).sound()
}

fn exact_and_any() -> Table {
    named(&[("a", "example.com"), ("other", "*")])
}

fn wildcard_and_any() -> Table {
    named(&[("w", "*.example.com"), ("rest", "*")])
}

/// Whether an authority is refused, and a sound one is not.
fn refuses(authority: impl AsRef<[u8]>) {
    let authority = authority.as_ref();
    let table = exact_and_any();
    let seen = get("/").host(authority).answer(&table);
    assert_eq!(seen, "reject:BadAuthority", "{}", authority.escape_ascii());
    assert_eq!(get("/").host("example.com").answer(&table), "a");
}

#[test]
fn adv_ho_001_a_host_matches_without_regard_to_case() {
    let table = exact_and_any();
    assert_eq!(get("/").host("EXAMPLE.com").answer(&table), "a");
    assert_eq!(get("/").host("EXAMPLE.org").answer(&table), "other");
}

#[test]
fn adv_ho_003_a_port_does_not_count_and_leaves_as_it_came() {
    let table = exact_and_any();
    let seen = get("/").host("example.com:8443").ask(&table);
    assert_eq!(seen.word(), "a");
    assert_eq!(seen.authority.as_deref(), Some("example.com:8443"));
    let seen = get("/").host("example.com8443").ask(&table);
    assert_eq!(seen.word(), "other");
}

/// Envoy's virtual hosts: domains in order of kind, and no other one is tried.
fn virtual_hosts(hosts: &[(&str, HostMatch)], form: HostForm) -> RouteSet {
    let mut set = fingerpost_tests::build::one_stage(Precedence::FirstMatch, vec![]);
    set.stages[0].host_form = form;
    set.stages[0].host_fallthrough = false;
    for (name, host) in hosts {
        let route = set.add_route(route(name, vec![open()]));
        set.stages[0].attach(route, [host.clone()]);
    }
    set
}

#[test]
fn adv_ho_004_a_port_counts_where_domains_are_compared_with_the_authority() {
    let hosts = [
        ("a", HostMatch::Exact("example.com".into())),
        ("other", HostMatch::Any),
    ];
    let authority = table(&virtual_hosts(&hosts, HostForm::Authority));
    let with_port = get("/").host("example.com:8443");
    assert_eq!(with_port.answer(&authority), "other");
    assert_eq!(get("/").host("Example.com").answer(&authority), "a");
    let name = table(&virtual_hosts(&hosts, HostForm::Name));
    assert_eq!(with_port.answer(&name), "a");
}

#[test]
fn adv_ho_006_a_trailing_dot_before_the_port_does_not_count() {
    let table = exact_and_any();
    assert_eq!(get("/").host("example.com.:88").answer(&table), "a");
    assert_eq!(get("/").host("example.com.").answer(&table), "a");
    assert_eq!(get("/").host("example.org.:88").answer(&table), "other");
}

#[test]
fn adv_ho_007_two_trailing_dots_are_refused() {
    refuses("example.com..");
    refuses("example.com..:80");
}

#[test]
fn adv_ho_008_a_dot_is_no_host() {
    refuses(".");
    refuses(".:80");
    refuses("..");
}

#[test]
fn adv_ho_010_an_empty_port_is_a_port() {
    let table = exact_and_any();
    assert_eq!(get("/").host("example.com:").answer(&table), "a");
    assert_eq!(get("/").host("example.org:").answer(&table), "other");
}

#[test]
fn adv_ho_011_a_port_is_sixteen_bits_of_digits() {
    for port in [
        "98777", "65536", "1.2", "9000:80", "-1", "+80", "0x50", " 80", "80 ",
    ] {
        refuses(format!("example.com:{port}"));
    }
    let table = exact_and_any();
    assert_eq!(get("/").host("example.com:65535").answer(&table), "a");
}

#[test]
fn adv_ho_013_brackets_pair_and_hold_the_whole_host() {
    for authority in [
        "[2001:db8::1",
        "[::1].",
        "x[::1]",
        "[::1]x:80",
        "2001:db8::1]",
        "[]",
    ] {
        refuses(authority);
    }
    let table = exact_and_any();
    assert_eq!(get("/").host("[::1]:80").answer(&table), "other");
}

#[test]
fn adv_ho_014_brackets_hold_an_ipv6_address() {
    refuses("[example.com]");
    refuses("[1.2.3.4]");
    refuses("[::1%25eth0]");
    let table = exact_and_any();
    assert_eq!(get("/").host("[2001:db8::1]").answer(&table), "other");
}

#[test]
fn adv_ho_016_what_ends_an_authority_is_not_in_a_host() {
    for authority in [
        "user@example.com",
        "exa#mple.com",
        "exa?mple.com",
        "exa/mple.com",
        "exa\\mple.com",
        "exa mple.com",
        "exa\tmple.com",
        "exa\0mple.com",
        "exa%6Dple.com",
        "exämple.com",
    ] {
        refuses(authority);
    }
}

#[test]
fn adv_ho_018_a_target_in_absolute_form_is_no_path() {
    let table = table(&guarded(exact("/admin")));
    let absolute = get("http://example.com/admin");
    assert_eq!(absolute.answer(&table), "reject:AbsoluteForm");
    assert_eq!(get("/admin").answer(&table), "deny");
    assert_eq!(get("/http://example.com/admin").answer(&table), "open");
}

#[test]
fn adv_ho_020_two_hosts_are_refused() {
    let table = exact_and_any();
    let two = get("/")
        .no_host()
        .header("Host", "example.com")
        .header("Host", "evil.com");
    assert_eq!(two.answer(&table), "reject:DuplicateHost");
    // One beside the authority says nothing.
    let beside = get("/").host("example.com").header("host", "evil.com");
    assert_eq!(beside.answer(&table), "a");
}

#[test]
fn adv_ho_021_joined_hosts_are_refused() {
    refuses("example.com, evil.com");
    refuses("example.com,evil.com");
}

#[test]
fn adv_ho_023_a_label_is_compared_as_it_stands() {
    let table = named(&[("a", "example.org")]);
    for authority in ["xn--example-.org", "example.org.xn--", "xn--.example.org"] {
        assert_eq!(
            get("/").host(authority).answer(&table),
            "no_route",
            "{authority}"
        );
    }
    assert_eq!(get("/").host("example.org").answer(&table), "a");
    let encoded = named(&[("u", "xn--bcher-kva.example")]);
    assert_eq!(get("/").host("XN--Bcher-KVA.example").answer(&encoded), "u");
}

/// What is said of an HTTPRoute's hostname.
fn hostname(host: &str) -> crate::manifest::Imported {
    let hostnames = format!("hostnames: ['{host}'], {}", rules("{}"));
    imported(&[http_gateway(), http_route("u", &hostnames)])
}

#[test]
fn adv_ho_024_a_hostname_that_is_not_ascii_is_refused_with_its_a_label() {
    let found = hostname("bücher.example");
    let refused = found.diagnostics.iter().find(|found| found.code.0 == 1105);
    let refused = refused.unwrap_or_else(|| panic!("{:#?}", found.diagnostics));
    let help = refused.help.as_deref().unwrap_or_default();
    assert!(help.contains("xn--bcher-kva.example"), "{refused:?}");
    // Dots that only look like one.
    assert!(hostname("example．com").refuses(1105));
    assert!(hostname("example。com").refuses(1105));
    assert!(!hostname("xn--bcher-kva.example").refuses(1105));
}

#[test]
fn adv_ho_026_forwarded_hosts_are_not_consulted() {
    let table = exact_and_any();
    let asked = get("/")
        .host("other.com")
        .header("X-Forwarded-Host", "example.com")
        .header("Forwarded", "host=example.com");
    assert_eq!(asked.answer(&table), "other");
    assert_eq!(get("/").host("example.com").answer(&table), "a");
}

#[test]
fn adv_ho_027_nothing_is_kept_from_one_request_to_the_next() {
    let table = named(&[("a", "a.com"), ("b", "b.com")]);
    let mut scratch = table.create_scratch();
    for (authority, route) in [
        ("a.com", "a"),
        ("b.com", "b"),
        ("a.com", "a"),
        ("c.com", ""),
    ] {
        let request = Request::new(b"GET", b"/x").with_authority(authority.as_bytes());
        let decision = table.decide_with(&mut scratch, &request, Draws::fixed(0));
        let won = decision.stages().next().map(|stage| stage.route.name);
        assert_eq!(won.unwrap_or_default(), route, "{authority}");
    }
}

#[test]
fn adv_wh_001_a_wildcard_takes_one_or_more_labels() {
    let table = wildcard_and_any();
    assert_eq!(get("/").host("a.b.example.com").answer(&table), "w");
    assert_eq!(get("/").host("a.example.com").answer(&table), "w");
    assert_eq!(get("/").host("example.com").answer(&table), "rest");
}

#[test]
fn adv_wh_003_a_wildcard_ends_at_a_dot() {
    let table = wildcard_and_any();
    assert_eq!(get("/").host("evilexample.com").answer(&table), "rest");
    assert_eq!(get("/").host("a.evilexample.com").answer(&table), "rest");
    assert_eq!(get("/").host("evil.example.com").answer(&table), "w");
}

#[test]
fn adv_wh_004_an_empty_label_is_refused() {
    refuses(".example.com");
    refuses("a..example.com");
}

#[test]
fn adv_wh_006_a_wildcard_takes_a_byte_at_least() {
    let hosts = [
        ("s", HostMatch::WildcardSuffix("-bar.foo.com".into())),
        ("rest", HostMatch::Any),
    ];
    let table = table(&virtual_hosts(&hosts, HostForm::Authority));
    assert_eq!(get("/").host("-bar.foo.com").answer(&table), "rest");
    assert_eq!(get("/").host("baz-bar.foo.com").answer(&table), "s");
    assert_eq!(get("/").host("b-bar.foo.com").answer(&table), "s");
    assert_eq!(get("/").host("bazbar.foo.com").answer(&table), "rest");
}

#[test]
fn adv_wh_007_the_longest_suffix_comes_before_the_longest_prefix() {
    let hosts = [
        ("p", HostMatch::WildcardPrefix("foo.".into())),
        ("s", HostMatch::WildcardSuffix(".com".into())),
        ("l", HostMatch::WildcardSuffix(".bar.com".into())),
        ("d", HostMatch::Any),
    ];
    let table = table(&virtual_hosts(&hosts, HostForm::Authority));
    for (authority, route) in [
        ("foo.bar.com", "l"),
        ("foo.x.com", "s"),
        ("foo.x", "p"),
        ("foo.", "d"),
        ("bar.org", "d"),
    ] {
        assert_eq!(
            get("/").host(authority).answer(&table),
            route,
            "{authority}"
        );
    }
}

#[test]
fn adv_wh_009_a_star_that_a_client_sends_is_no_wildcard() {
    refuses("*.example.com");
    refuses("*");
    let exact = named(&[("w", "*.example.com")]);
    assert_eq!(get("/").host("a.example.com").answer(&exact), "w");
}

#[test]
fn adv_wh_010_a_wildcard_is_the_first_label_and_the_only_one() {
    for host in [
        "*.*.com",
        "a.*.com",
        "**",
        "*example.com",
        "*.",
        "",
        "*.a..com",
    ] {
        let found = hostname(host);
        let is_refused = found.refuses(1104) || found.refuses(1105);
        assert!(is_refused, "{host}: {:#?}", found.diagnostics);
        assert_ne!(get("/").host("a.b.com").answer(&found.table), "u", "{host}");
    }
    let sound = hostname("*.b.com");
    assert_eq!(get("/").host("a.b.com").answer(&sound.table), "u");
}

#[test]
fn adv_wh_011_a_server_name_and_a_host_are_found_alike() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: c}, type: kubernetes.io/tls}";
    let tls = "port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}";
    let listeners =
        format!("{{name: mtls, hostname: '*.example.com', {tls}}}, {{name: open, {tls}}}");
    let table = imported(&[
        gateway(&listeners),
        secret.to_string(),
        http_route("any", &rules("{}")),
    ])
    .sound();
    let listener = |sni: &str, host: &str| {
        let seen = get("/").https().sni(sni).host(host).ask(&table);
        (seen.listener, seen.status)
    };
    let of = |name: &str, status| (name.to_string(), status);
    assert_eq!(listener("A.example.com", "a.example.com"), of("mtls", None));
    assert_eq!(listener("a.example.com", "A.Example.Com"), of("mtls", None));
    assert_eq!(listener("b.org", "b.org"), of("open", None));
    assert_eq!(listener("A.example.com", "b.org").1, Some(421));
    assert_eq!(listener("b.org", "a.example.com").1, Some(421));
}
