//! Canonical paths, against a second implementation written from docs/normalization.md.
#![cfg(feature = "compile")]

use std::collections::BTreeMap;

use fingerpost::compile::{Compiler, limits::Limits};
use fingerpost::diagnostic::codes::compile::{MATCHES_NOTHING, UNNORMALIZED_DENIAL};
use fingerpost::model::{
    Action, Backend, Gateway, Listener, ObjectRef, PathMatch, Respond, Route, RouteMatch, RouteSet,
    Rule, Stage, Target, WeightedTarget,
};
use fingerpost::{
    Draws, EscapedSlashes, Fragment, MalformedEscapes, Normalization, Outcome, PathParameters,
    Precedence, Protocol, Reason, Request, RequestProtocol, Scratch, Table,
};
use proptest::prelude::{Strategy, any, prop};
use proptest::{prop_assert_eq, proptest};

const DOCUMENT: &str = include_str!("../../docs/normalization.md");

/// `/admin…` is denied, everything else goes to a backend.
fn guarded(normalization: Normalization) -> RouteSet {
    guarded_by(normalization, PathMatch::Prefix("/admin".into()))
}

fn guarded_by(normalization: Normalization, path: PathMatch) -> RouteSet {
    let mut set = RouteSet::new();
    let mut deny = Rule::new(Action::Respond(Respond {
        status: 403,
        ..Respond::default()
    }));
    deny.matches.push(RouteMatch {
        path,
        ..RouteMatch::default()
    });
    let backend = Backend {
        kind: "Service".into(),
        name: "app".into(),
        ..Backend::default()
    };
    let open = Rule::new(Action::Forward(vec![WeightedTarget::new(
        Target::Backend(backend),
        1,
    )]));
    let rules = vec![deny, open];
    let route = set.add_route(Route::new(ObjectRef::new("Route", "", "r"), rules));
    let mut stage = Stage::new(ObjectRef::new("Listener", "", "l"), Precedence::FirstMatch);
    stage.attach(route, []);
    let stage = set.add_stage(stage);
    let mut gateway = Gateway::new(ObjectRef::new("Gateway", "", "g"));
    gateway.normalization = normalization;
    gateway
        .listeners
        .push(Listener::new("l", Protocol::AnyHttp, stage));
    set.gateways.push(gateway);
    set
}

/// A table that tells what it makes of paths.
struct Gate {
    table: Table,
    scratch: Scratch,
}

/// What becomes of a target.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Seen {
    /// The target that is sent on.
    Path(Vec<u8>),
    /// The Location.
    Redirect(Vec<u8>),
    Refused(Reason),
}

impl Gate {
    fn new(normalization: Normalization) -> Self {
        Self::of(&guarded(normalization))
    }

    fn of(set: &RouteSet) -> Self {
        let mut limits = Limits::default();
        limits.request_target = 1 << 10;
        let table = Compiler::new().with_limits(limits).compile(set).table;
        let scratch = table.create_scratch();
        Self { table, scratch }
    }

    fn see(&mut self, target: &[u8]) -> Seen {
        let request = Request::new(b"GET", target);
        let decision = self
            .table
            .decide_with(&mut self.scratch, &request, Draws::fixed(0));
        match decision.outcome() {
            Outcome::Reject => Seen::Refused(decision.reason()),
            Outcome::Redirect => {
                assert_eq!(decision.status(), Some(307));
                Seen::Redirect(decision.location().unwrap().to_vec())
            }
            _ => {
                let leaves = decision.target();
                let end = target.iter().position(|&byte| byte == b'#');
                let came = &target[..end.unwrap_or(target.len())];
                // What is canonical is the request's own bytes, not a copy.
                if decision.outcome() == Outcome::Forward {
                    assert_eq!(
                        leaves.as_ptr() == came.as_ptr(),
                        leaves == came,
                        "{}",
                        target.escape_ascii()
                    );
                }
                let query = came.iter().position(|&byte| byte == b'?');
                let query = &came[query.unwrap_or(came.len())..];
                Seen::Path([decision.path(), query].concat())
            }
        }
    }

    /// Which rule took the target, and the path it saw.
    fn route(&mut self, target: &str) -> (&'static str, String) {
        let request = Request::new(b"GET", target.as_bytes());
        let decision = self
            .table
            .decide_with(&mut self.scratch, &request, Draws::fixed(0));
        let route = match decision.outcome() {
            Outcome::Respond => "deny",
            Outcome::Forward => "open",
            _ => decision.reason().as_str(),
        };
        (route, String::from_utf8_lossy(decision.path()).into_owned())
    }
}

fn route(normalization: Normalization, target: &str) -> (&'static str, String) {
    Gate::new(normalization).route(target)
}

fn denied(path: &str) -> (&'static str, String) {
    ("deny", path.into())
}

fn open(path: &str) -> (&'static str, String) {
    ("open", path.into())
}

fn with_slashes(escaped_slashes: EscapedSlashes) -> Normalization {
    Normalization {
        escaped_slashes,
        ..Normalization::BASE
    }
}

fn with_parameters(path_parameters: PathParameters) -> Normalization {
    Normalization {
        path_parameters,
        ..Normalization::BASE
    }
}

/// Every combination of fields.
fn every_profile() -> impl Iterator<Item = Normalization> {
    let slashes = [
        EscapedSlashes::Keep,
        EscapedSlashes::Reject,
        EscapedSlashes::Unescape,
        EscapedSlashes::UnescapeAndRedirect,
    ];
    let parameters = [
        PathParameters::Keep,
        PathParameters::Strip,
        PathParameters::Reject,
    ];
    (0..4 * 3 * 16).map(move |number: usize| {
        let bit = |at: usize| number >> at & 1 == 1;
        Normalization {
            base: bit(0),
            merge_slashes: bit(1),
            escaped_slashes: slashes[number / 16 % 4],
            path_parameters: parameters[number / 64],
            fragment: match bit(2) {
                true => Fragment::Reject,
                false => Fragment::Strip,
            },
            malformed_escapes: match bit(3) {
                true => MalformedEscapes::Reject,
                false => MalformedEscapes::Keep,
            },
        }
    })
}

/// The steps of the document, one after the other, by table.
mod reference {
    use super::*;

    pub(crate) fn see(profile: Normalization, target: &[u8]) -> Seen {
        let mut halves = target.splitn(2, |&byte| byte == b'#');
        let target = halves.next().unwrap();
        if halves.next().is_some() && profile.fragment == Fragment::Reject {
            return Seen::Refused(Reason::BadPath);
        }
        let query = target.iter().position(|&byte| byte == b'?');
        let (path, query) = target.split_at(query.unwrap_or(target.len()));
        let mut tokens = tokens(path);
        if let Some(reason) = refusal(profile, &tokens) {
            return Seen::Refused(reason);
        }
        let slashes: BTreeMap<&[u8], u8> = [
            (&b"%2F"[..], b'/'),
            (b"%2f", b'/'),
            (b"%5C", b'\\'),
            (b"%5c", b'\\'),
        ]
        .into();
        let mut redirects = false;
        if matches!(
            profile.escaped_slashes,
            EscapedSlashes::Unescape | EscapedSlashes::UnescapeAndRedirect
        ) {
            for token in &mut tokens {
                if let Some(&slash) = slashes.get(&token[..]) {
                    *token = vec![slash];
                    redirects = profile.escaped_slashes == EscapedSlashes::UnescapeAndRedirect;
                }
            }
        }
        if profile.base {
            let plain = unreserved();
            for token in &mut tokens {
                if let Some(&byte) = plain.get(&token.to_ascii_uppercase()) {
                    *token = vec![byte];
                } else if token == b"\\" {
                    *token = b"/".to_vec();
                }
            }
        }
        let path = tokens.concat();
        let mut segments: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
        if profile.path_parameters == PathParameters::Strip {
            for segment in &mut segments {
                *segment = segment.split(|&byte| byte == b';').next().unwrap();
            }
        }
        if profile.base {
            segments = without_dots(&segments);
        }
        let mut path = segments.join(&b'/');
        if profile.merge_slashes {
            path.dedup_by(|one, other| (*one, *other) == (b'/', b'/'));
        }
        if redirects {
            let is_slash = |byte: &&u8| matches!(byte, b'/' | b'\\');
            let slashes = path.iter().take_while(is_slash).count();
            return Seen::Redirect([b"/", &path[slashes..], query].concat());
        }
        path.extend_from_slice(query);
        Seen::Path(path)
    }

    /// Escapes and single bytes.
    fn tokens(path: &[u8]) -> Vec<Vec<u8>> {
        let mut tokens = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            let (token, tail) = rest.split_at(if is_escape(rest) { 3 } else { 1 });
            tokens.push(token.to_vec());
            rest = tail;
        }
        tokens
    }

    fn is_escape(text: &[u8]) -> bool {
        matches!(text, [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
    }

    fn unreserved() -> BTreeMap<Vec<u8>, u8> {
        let plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
        plain
            .iter()
            .map(|byte| (format!("%{byte:02X}").into_bytes(), *byte))
            .collect()
    }

    /// The reason that comes first in the path.
    fn refusal(profile: Normalization, tokens: &[Vec<u8>]) -> Option<Reason> {
        let plain = unreserved();
        let read = |token: &Vec<u8>| match plain.get(&token.to_ascii_uppercase()) {
            Some(&byte) if profile.base => vec![byte],
            _ => token.clone(),
        };
        tokens.iter().enumerate().find_map(|(at, token)| {
            match &token.to_ascii_uppercase()[..] {
                b"%2F" | b"%5C" if profile.escaped_slashes == EscapedSlashes::Reject => {
                    return Some(Reason::EscapedSlash);
                }
                b";" if profile.path_parameters == PathParameters::Reject => {
                    return Some(Reason::PathParameter);
                }
                b"%" => {}
                _ => return None,
            }
            let after: Vec<u8> = tokens[at..].iter().flat_map(read).collect();
            let is_refused =
                profile.malformed_escapes == MalformedEscapes::Reject || is_escape(&after);
            is_refused.then_some(Reason::BadEscape)
        })
    }

    /// `segments` are what stands between slashes; the first is empty.
    fn without_dots<'p>(segments: &[&'p [u8]]) -> Vec<&'p [u8]> {
        let mut kept: Vec<&[u8]> = vec![b""];
        for (at, segment) in segments.iter().enumerate().skip(1) {
            match *segment {
                b"." => {}
                b".." => kept.truncate(kept.len().saturating_sub(1).max(1)),
                other => {
                    kept.push(other);
                    continue;
                }
            }
            if at + 1 == segments.len() {
                kept.push(b"");
            }
        }
        if kept.len() == 1 {
            kept.push(b"");
        }
        kept
    }
}

/// Targets made of what paths are bent with.
fn targets() -> impl Strategy<Value = Vec<u8>> {
    let units = [
        "/", "//", ".", "..", "/..", "/.", "a", "b", "admin", "\\", ";", ";x", "..;", "%", "%2",
        "%2f", "%2F", "%5c", "%5C", "%2e", "%2E", "%61", "%66", "%46", "%32", "%25", "%3b", "%00",
        "%c0", "2", "f", "e", "?", "?/../%2f", "#", "#/..", "é",
    ];
    let unit = prop::sample::select(units.map(str::as_bytes).to_vec());
    let byte = any::<u8>().prop_filter("white space ends a target", |byte| {
        !matches!(byte, 0..=0x20 | 0x7f)
    });
    let part = proptest::prop_oneof![
        12 => unit.prop_map(<[u8]>::to_vec),
        1 => byte.prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(part, 0..16).prop_map(|parts| [vec![vec![b'/']], parts].concat().concat())
}

proptest! {
    #[test]
    fn adv_pn_034_every_profile_does_what_the_document_says_and_only_once(target in targets()) {
        thread_local! {
            static GATES: Vec<(Normalization, std::cell::RefCell<Gate>)> = every_profile()
                .map(|profile| (profile, Gate::new(profile).into()))
                .collect();
        }
        GATES.with(|gates| {
            for (profile, gate) in gates {
                let mut gate = gate.borrow_mut();
                let seen = gate.see(&target);
                prop_assert_eq!(&seen, &reference::see(*profile, &target), "{:?}", profile);
                if let Seen::Path(path) = seen {
                    assert!(path.len() <= target.len() && path[0] == b'/');
                    prop_assert_eq!(gate.see(&path), Seen::Path(path.clone()), "{:?}", profile);
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn every_example_of_the_document_holds() {
    let mut rows = 0;
    let (_, examples) = DOCUMENT.split_once("## Examples").unwrap();
    let (examples, _) = examples.split_once("\n## ").unwrap();
    for line in examples
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
    {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let &[profile, target, want] = &cells[..] else {
            panic!("{line}");
        };
        let text = |cell: &str| cell.trim_matches('`').as_bytes().to_vec();
        let seen = Gate::new(profile_of(profile)).see(&text(target));
        match (seen, want.split_once(' ')) {
            (Seen::Refused(reason), Some(("400", said))) => assert_eq!(reason.as_str(), said),
            (Seen::Redirect(location), Some(("307", said))) => assert_eq!(location, text(said)),
            (seen, _) => assert_eq!(seen, Seen::Path(text(want)), "{line}"),
        }
        rows += 1;
    }
    assert!(rows > 30, "{rows} rows");
}

/// A profile's name, and fields that differ from it.
fn profile_of(text: &str) -> Normalization {
    let mut parts = text.split(", ");
    let mut profile = match parts.next().unwrap() {
        "none" => Normalization::NONE,
        "base" => Normalization::BASE,
        "merge-slashes" => Normalization::MERGE_SLASHES,
        "decode-and-merge" => Normalization::DECODE_AND_MERGE,
        other => panic!("{other} is no profile"),
    };
    for field in parts {
        match field {
            "merge_slashes: on" => profile.merge_slashes = true,
            "fragment: Reject" => profile.fragment = Fragment::Reject,
            "malformed_escapes: Reject" => profile.malformed_escapes = MalformedEscapes::Reject,
            "escaped_slashes: Reject" => profile.escaped_slashes = EscapedSlashes::Reject,
            "escaped_slashes: Unescape" => profile.escaped_slashes = EscapedSlashes::Unescape,
            "escaped_slashes: UnescapeAndRedirect" => {
                profile.escaped_slashes = EscapedSlashes::UnescapeAndRedirect;
            }
            "path_parameters: Strip" => profile.path_parameters = PathParameters::Strip,
            "path_parameters: Reject" => profile.path_parameters = PathParameters::Reject,
            other => panic!("{other} is no field"),
        }
    }
    profile
}

#[test]
fn adv_pn_001_dot_segments_go_before_a_rule_looks() {
    assert_eq!(
        route(Normalization::BASE, "/app/../admin"),
        denied("/admin")
    );
}

#[test]
fn adv_pn_002_a_denial_without_normalization_is_legal_and_reported() {
    let none = guarded(Normalization::NONE);
    assert_eq!(
        Gate::of(&none).route("/app/../admin"),
        open("/app/../admin")
    );
    let told = Compiler::new().compile(&none).diagnostics;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, UNNORMALIZED_DENIAL);
    assert!(
        told[0].message.contains("rule 0") && told[0].message.contains("denial"),
        "{}",
        told[0].message
    );
    for (normalization, path) in [
        (Normalization::BASE, "/admin"),
        (Normalization::NONE, "/"),
        (Normalization::NONE, ""),
    ] {
        let set = guarded_by(normalization, PathMatch::Prefix(path.into()));
        assert!(Compiler::new().compile(&set).diagnostics.is_empty());
    }
}

#[test]
fn a_path_that_is_never_canonical_is_told() {
    let told = |normalization, path: PathMatch| {
        let diagnostics = Compiler::new()
            .compile(&guarded_by(normalization, path))
            .diagnostics;
        diagnostics.iter().any(|one| one.code == MATCHES_NOTHING)
    };
    let all = [
        Normalization::BASE,
        Normalization::MERGE_SLASHES,
        Normalization::DECODE_AND_MERGE,
    ];
    let exact = |text: &str| PathMatch::Exact(text.into());
    let segments = |text: &str| PathMatch::Segments(text.into());
    let prefix = |text: &str| PathMatch::Prefix(text.into());
    for normalization in all {
        for path in [
            exact("/a/../b"),
            segments("/ad%6din"),
            prefix("/%61"),
            segments("/./a"),
            exact("/a?x=1"),
            prefix("/a#"),
        ] {
            assert!(told(normalization, path.clone()), "{path:?}");
        }
        for path in [
            exact("/a/"),
            segments("/a/"),
            segments("/"),
            prefix("/a/.."),
            prefix("/a/."),
            prefix("/%6"),
            exact("/a%20b"),
            prefix(""),
        ] {
            assert!(!told(normalization, path.clone()), "{path:?}");
        }
    }
    for path in [exact("/a//b"), segments("//admin"), prefix("/a//")] {
        assert!(told(Normalization::MERGE_SLASHES, path.clone()), "{path:?}");
        assert!(!told(Normalization::BASE, path.clone()), "{path:?}");
        assert!(!told(Normalization::NONE, path), "as they come");
    }
    assert!(told(Normalization::DECODE_AND_MERGE, exact("/a%2fb")));
    assert!(!told(Normalization::NONE, exact("/a/../b")));
}

#[test]
fn adv_pn_004_escaped_dots_are_dots_in_either_case() {
    assert_eq!(
        route(Normalization::BASE, "/a/b/%2e%2e/%2E%2E/admin"),
        denied("/admin")
    );
}

#[test]
fn adv_pn_005_nothing_climbs_above_the_root() {
    assert_eq!(
        route(Normalization::BASE, "/app//../../admin"),
        denied("/admin")
    );
}

#[test]
fn adv_pn_007_runs_of_slashes_merge_where_the_profile_says() {
    assert_eq!(
        route(Normalization::MERGE_SLASHES, "//admin/secret"),
        denied("/admin/secret")
    );
    assert_eq!(
        route(Normalization::BASE, "//admin/secret"),
        open("//admin/secret")
    );
}

#[test]
fn adv_pn_008_escaped_slashes_are_decoded_before_dots_go() {
    assert_eq!(
        route(Normalization::DECODE_AND_MERGE, "/something%2F..%2Fadmin"),
        denied("/admin")
    );
}

#[test]
fn adv_pn_010_unescaping_can_redirect_and_grpc_is_refused() {
    let profile = with_slashes(EscapedSlashes::UnescapeAndRedirect);
    let mut gate = Gate::new(profile);
    assert_eq!(
        gate.see(b"/something%5C..%5Cadmin?x=1"),
        Seen::Redirect(b"/admin?x=1".to_vec())
    );
    // Without an escaped slash there is nowhere to go.
    assert_eq!(gate.see(b"/a/../b?x=%2F"), Seen::Path(b"/b?x=%2F".to_vec()));
    let request = Request::new(b"POST", b"/a%2Fb").with_protocol(RequestProtocol::Grpc);
    gate.table.decide(&request, |decision| {
        assert_eq!(decision.outcome(), Outcome::Reject);
        assert_eq!(decision.reason(), Reason::EscapedSlash);
        assert_eq!(decision.location(), None);
    });
}

#[test]
fn adv_pn_011_the_whole_chain_is_one_pass() {
    assert_eq!(
        route(
            Normalization::DECODE_AND_MERGE,
            "/%5Capp%2f%5c%2F%2e%2e%2fadmin%5c\\abc"
        ),
        open("/app/admin/abc")
    );
}

#[test]
fn adv_pn_012_a_backslash_is_a_slash() {
    assert_eq!(
        route(Normalization::BASE, "/app\\..\\admin"),
        denied("/admin")
    );
}

#[test]
fn adv_pn_014_overlong_forms_are_opaque() {
    let path = "/%c0%ae%c0%ae/admin";
    assert_eq!(route(Normalization::DECODE_AND_MERGE, path), open(path));
}

#[test]
fn adv_pn_015_what_is_no_slash_stays() {
    assert_eq!(
        route(Normalization::DECODE_AND_MERGE, "/%c0%2fadmin"),
        open("/%c0/admin")
    );
}

#[test]
fn adv_pn_017_an_escaped_slash_can_be_refused() {
    let mut gate = Gate::new(with_slashes(EscapedSlashes::Reject));
    for path in ["/admin%2F", "/admin%2f", "/%5C", "/a%5c"] {
        assert_eq!(
            gate.see(path.as_bytes()),
            Seen::Refused(Reason::EscapedSlash)
        );
    }
    assert_eq!(gate.route("/b?c=%2F"), open("/b"));
}

#[test]
fn adv_pn_018_escaped_dots_do_not_hide_a_path() {
    assert_eq!(
        route(Normalization::BASE, "/public/%2e%2e/admin/x"),
        denied("/admin/x")
    );
}

#[test]
fn adv_pn_020_parameters_end_with_their_segment() {
    let profile = with_parameters(PathParameters::Strip);
    let set = guarded_by(profile, PathMatch::Exact("/app/admin".into()));
    assert_eq!(
        Gate::of(&set).route("/app;v=1/admin;jsessionid=9"),
        denied("/app/admin")
    );
}

#[test]
fn adv_pn_021_parameters_can_be_refused() {
    let mut gate = Gate::new(with_parameters(PathParameters::Reject));
    assert_eq!(
        gate.see(b"/admin;a=b/xyz"),
        Seen::Refused(Reason::PathParameter)
    );
    assert_eq!(gate.see(b"/a?b;c"), Seen::Path(b"/a?b;c".to_vec()));
}

#[test]
fn adv_pn_022_parameters_stay_unless_asked() {
    let set = guarded_by(
        Normalization::DECODE_AND_MERGE,
        PathMatch::Exact("/admin".into()),
    );
    assert_eq!(Gate::of(&set).route("/admin;a=b"), open("/admin;a=b"));
}

#[test]
fn adv_pn_024_a_fragment_goes_or_refuses() {
    assert_eq!(route(Normalization::BASE, "/admin#foo"), denied("/admin"));
    let strict = Normalization {
        fragment: Fragment::Reject,
        ..Normalization::BASE
    };
    assert_eq!(
        Gate::new(strict).see(b"/admin#foo"),
        Seen::Refused(Reason::BadPath)
    );
}

#[test]
fn adv_pn_025_a_suffix_ends_before_the_fragment() {
    for profile in [Normalization::NONE, Normalization::BASE] {
        assert_eq!(route(profile, "/app1/admin#foo"), open("/app1/admin"));
    }
}

#[test]
fn adv_pn_027_what_leaves_has_no_fragment() {
    for profile in [Normalization::NONE, Normalization::BASE] {
        let mut gate = Gate::new(profile);
        assert_eq!(gate.route("/#/../admin"), open("/"));
        assert_eq!(gate.see(b"/a?b#c?d"), Seen::Path(b"/a?b".to_vec()));
        let request = Request::new(b"GET", b"/x?y#z");
        gate.table.decide(&request, |decision| {
            assert_eq!(decision.target(), b"/x?y");
            assert_eq!(decision.request().target(), b"/x?y");
        });
    }
}

#[test]
fn adv_pn_028_an_empty_query_is_no_part_of_the_path() {
    let set = guarded_by(Normalization::BASE, PathMatch::Exact("/api/pay".into()));
    assert_eq!(Gate::of(&set).route("/api/pay?"), denied("/api/pay"));
}

#[test]
fn adv_pn_030_dots_take_one_empty_segment() {
    assert_eq!(
        route(Normalization::BASE, "/foo///../bar"),
        open("/foo//bar")
    );
}

#[test]
fn adv_pn_031_each_escaped_byte_is_decoded_or_keeps_its_spelling() {
    let mut gate = Gate::new(Normalization::DECODE_AND_MERGE);
    let mut rows = 0;
    for byte in 1..=255u8 {
        for escape in [format!("%{byte:02x}"), format!("%{byte:02X}")] {
            let want = match byte {
                b'/' | b'\\' => "/admin/".to_string(),
                b'-' | b'.' | b'_' | b'~' => format!("/admin{}", byte as char),
                _ if byte.is_ascii_alphanumeric() => format!("/admin{}", byte as char),
                _ => format!("/admin{escape}"),
            };
            let seen = gate.see(format!("/admin{escape}").as_bytes());
            assert_eq!(seen, Seen::Path(want.into_bytes()), "{escape}");
        }
        rows += 1;
    }
    assert_eq!(rows, 255);
}

#[test]
fn adv_pn_032_an_escape_that_the_end_cuts_off_stays_or_refuses() {
    for path in ["/abc%2", "/abc%", "/abc%zz"] {
        assert_eq!(route(Normalization::DECODE_AND_MERGE, path), open(path));
        let strict = Normalization {
            malformed_escapes: MalformedEscapes::Reject,
            ..Normalization::DECODE_AND_MERGE
        };
        assert_eq!(
            Gate::new(strict).see(path.as_bytes()),
            Seen::Refused(Reason::BadEscape)
        );
    }
}

#[test]
fn adv_pn_035_a_path_is_canonical_before_it_is_matched() {
    let mut gate = Gate::new(Normalization::BASE);
    assert_eq!(gate.route("/./admin//x/.."), denied("/admin//"));
    assert_eq!(gate.route("/%61dmin/"), denied("/admin/"));
}

#[test]
fn gateways_that_redirect_alike_agree_and_others_are_ambiguous() {
    let redirects = with_slashes(EscapedSlashes::UnescapeAndRedirect);
    let merging = Normalization {
        merge_slashes: true,
        ..redirects
    };
    let asked = |profiles: [Normalization; 2], target: &[u8]| {
        let mut set = guarded(profiles[0]);
        let mut other = set.gateways[0].clone();
        other.normalization = profiles[1];
        set.gateways.push(other);
        let table = Compiler::new().compile(&set).table;
        table.decide(&Request::new(b"GET", target), |decision| {
            (
                decision.outcome(),
                decision.location().unwrap_or_default().to_vec(),
            )
        })
    };
    let to_ab = (Outcome::Redirect, b"/a/b".to_vec());
    assert_eq!(asked([redirects, redirects], b"/a%2Fb"), to_ab);
    assert_eq!(asked([redirects, merging], b"/a%2Fb"), to_ab);
    for (profiles, target) in [
        ([redirects, merging], &b"/a%2F%2Fb"[..]),
        ([redirects, Normalization::BASE], b"/a%2Fb"),
        ([Normalization::BASE, redirects], b"/a%2Fb"),
    ] {
        assert_eq!(asked(profiles, target).0, Outcome::Ambiguous);
    }
    let refusing = with_slashes(EscapedSlashes::Reject);
    assert_eq!(asked([redirects, refusing], b"/a%2Fb"), to_ab);
    assert_eq!(asked([refusing, redirects], b"/a%2Fb"), to_ab);
}
