//! Decisions as JSON.
//!
//! Field names and their order are the contract's. What does not apply is
//! absent, with one exception: `backend` is null where none was chosen.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::str;

use crate::decision::headers::HeaderEdit;
use crate::decision::view::{BackendView, StageView};
use crate::decision::{Decision, Outcome, Reason};
use crate::diagnostic::codes::request::AMBIGUOUS_GATEWAY;
use crate::table::names::ObjectName;
use crate::vocabulary::HeaderVerb;

use super::error::RequestError;
use super::explanation::{origin, place};
use super::write::{self, Object};

/// Writes a decision on one line.
///
/// With `latin1`, and wherever a value is not UTF-8, the decision says
/// `"latin1":true`, and each character of `request`, `response_edits`,
/// `redirect` and `cors` stands for one byte.
///
/// # Errors
///
/// The request names no gateway, and two gateways would answer differently.
pub fn write_decision(decision: &Decision<'_>, latin1: bool) -> Result<String, RequestError> {
    if decision.outcome() == Outcome::Ambiguous {
        return Err(ambiguous(decision));
    }
    let mut out = String::new();
    write::object(&mut out, |object| fields(object, decision, latin1));
    Ok(out)
}

fn ambiguous(decision: &Decision<'_>) -> RequestError {
    let gateway =
        |name: Option<ObjectName<'_>>| name.map(|name| slashed(&name)).unwrap_or_default();
    let (one, other) = (
        gateway(decision.gateway()),
        gateway(decision.rival().map(|(name, _)| name)),
    );
    let message = if one == other {
        let listener = |name: Option<&str>| name.unwrap_or_default().to_string();
        let (this, that) = (
            decision.listener(),
            decision.rival().map(|(_, listener)| listener),
        );
        format!(
            "listeners {} and {} of gateway {one} would answer differently: name a listener or a port",
            listener(this),
            listener(that),
        )
    } else {
        format!("gateways {one} and {other} would answer differently: name one")
    };
    RequestError::at(AMBIGUOUS_GATEWAY, "gateway", message)
}

fn fields(object: &mut Object<'_>, decision: &Decision<'_>, latin1: bool) {
    let bytes = Bytes::of(decision, latin1);
    let forwards = decision.outcome() == Outcome::Forward;
    object.text("outcome", decision.outcome().as_str());
    object.number_opt("status", decision.status());
    if decision.reason() != Reason::Matched {
        object.text("reason", &reason(decision));
    }
    object.text_opt(
        "gateway",
        decision.gateway().map(|name| slashed(&name)).as_deref(),
    );
    object.text_opt("listener", decision.listener());
    let mut stages = decision.stages();
    if let Some(first) = stages.next() {
        rule(object, &first);
    }
    if stages.len() > 0 {
        object.list("stages", decision.stages(), |out, stage| {
            write::object(out, |object| {
                object.object("stage", |object| name(object, &stage.stage));
                rule(object, &stage);
            });
        });
    }
    match decision.backend().filter(|_| forwards) {
        Some(chosen) => {
            object.object("backend", |object| backend(object, &chosen));
        }
        None => object.key("backend").push_str("null"),
    }
    if decision.backends().next().is_some() {
        object.list("backends", decision.backends(), |out, target| {
            write::object(out, |object| {
                if let Some(of) = target.backend {
                    object.object("backend", |object| backend(object, &of));
                }
                if let Some(stage) = target.stage {
                    object.object("stage", |object| name(object, &stage));
                }
                object.number("weight", target.weight);
                object.text_opt("invalid", target.invalid);
            });
        });
    }
    if forwards && decision.request().protocol().is_http() {
        object.object("request", |object| head(object, decision, bytes));
    }
    if decision.response_edits().next().is_some() {
        edits(
            object.key("response_edits"),
            decision.response_edits(),
            bytes,
        );
    }
    if let Some(location) = decision.location() {
        object.object("redirect", |object| {
            bytes.write(object.key("location"), location);
        });
    }
    if let Some(body) = decision
        .body()
        .filter(|_| decision.outcome() == Outcome::Respond)
    {
        object.object("respond", |object| {
            object.text("body", &String::from_utf8_lossy(body));
        });
    }
    policies(object, decision, bytes);
    metadata(object, decision);
    if bytes.latin1 {
        object.bool("latin1", true);
    }
}

/// What the proxy must do besides sending the request on.
fn policies(object: &mut Object<'_>, decision: &Decision<'_>, bytes: Bytes) {
    let forwards = decision.outcome() == Outcome::Forward;
    if forwards && decision.mirrors().next().is_some() {
        object.list("mirrors", decision.mirrors(), |out, mirror| {
            write::object(out, |object| {
                object.object("backend", |object| backend(object, &mirror.backend));
                let percent =
                    f64::from(mirror.numerator) * 100.0 / f64::from(mirror.denominator.max(1));
                // `Debug` keeps the point: 10.0.
                object.key("percent").push_str(&format!("{percent:?}"));
                object.bool("selected", mirror.selected);
            });
        });
    }
    let timeouts = decision.timeouts();
    let limits = [
        ("request_ms", timeouts.request_ms),
        ("backend_request_ms", timeouts.backend_request_ms),
        ("idle_ms", timeouts.idle_ms),
    ];
    if forwards && limits.iter().any(|(_, limit)| limit.is_some()) {
        object.object("timeouts", |object| {
            for (name, limit) in limits {
                object.number_opt(name, limit);
            }
        });
    }
    if let Some(retry) = decision.retry().filter(|_| forwards) {
        object.object("retry", |object| {
            object.number_opt("attempts", retry.attempts);
            object.number_opt("per_try_timeout_ms", retry.per_try_timeout_ms);
            object.list("on", retry.on(), write::string);
            object.number_opt("backoff_ms", retry.backoff_ms);
        });
    }
    if let Some((fault, delayed, aborted)) = decision.fault() {
        object.object("fault", |object| {
            object.number_opt("delay_ms", fault.delay_ms);
            object.number_opt("abort_status", fault.abort_status);
            object
                .bool("delay_selected", delayed)
                .bool("abort_selected", aborted);
        });
    }
    if decision.has_cors() {
        object.object("cors", |object| {
            object.bool("preflight", decision.is_preflight());
            object.list("headers", decision.cors_headers(), |out, (name, value)| {
                out.push('[');
                write::string(out, name);
                out.push(',');
                bytes.write(out, value);
                out.push(']');
            });
        });
    }
    if let Some(session) = decision.session().filter(|_| forwards) {
        object.object("session", |object| {
            object
                .text("type", session.kind)
                .text_opt("name", session.name);
            if session.permanent {
                object.bool("permanent", true);
            }
            object.number_opt("absolute_timeout_ms", session.absolute_timeout_ms);
            object.number_opt("idle_timeout_ms", session.idle_timeout_ms);
        });
    }
}

/// Of a name given twice, the later stage's value counts.
fn metadata(object: &mut Object<'_>, decision: &Decision<'_>) {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for (name, value) in decision.metadata() {
        match all.iter_mut().find(|(taken, _)| *taken == name) {
            Some((_, old)) => *old = value,
            None => all.push((name, value)),
        }
    }
    if !all.is_empty() {
        object.object("metadata", |object| {
            for (name, value) in all {
                object.text(name, value);
            }
        });
    }
}

/// Why nothing is forwarded, with the importer's word where there is one.
fn reason(decision: &Decision<'_>) -> String {
    let clause = decision.reason().as_str();
    match decision.failure() {
        Some(word) => format!("{clause}: {word}"),
        None => clause.to_string(),
    }
}

/// A stage's route, rule, match and place.
fn rule(object: &mut Object<'_>, of: &StageView<'_>) {
    let route = (of.route.kind, of.route.namespace, of.route.name);
    place(object, route, of.rule, of.rule_name, of.matched);
    origin(object, of.file, of.origin);
}

/// The request's head as it leaves.
fn head(object: &mut Object<'_>, decision: &Decision<'_>, bytes: Bytes) {
    bytes.write(object.key("method"), decision.request().method());
    if let Some(authority) = decision.authority() {
        bytes.write(object.key("authority"), authority);
    }
    bytes.write(object.key("path"), decision.target());
    object.list("headers", decision.headers(), |out, (name, value)| {
        out.push('[');
        bytes.write(out, &name.to_ascii_lowercase());
        out.push(',');
        bytes.write(out, value);
        out.push(']');
    });
    if decision.request_edits().next().is_some() {
        edits(object.key("edits"), decision.request_edits(), bytes);
    }
}

fn edits<'a>(out: &mut String, edits: impl Iterator<Item = HeaderEdit<'a>>, bytes: Bytes) {
    write::list(out, edits, |out, edit| {
        out.push('[');
        write::string(out, edit.verb.as_str());
        out.push(',');
        bytes.write(out, edit.name);
        if edit.verb != HeaderVerb::Remove {
            out.push(',');
            bytes.write(out, edit.value);
        }
        out.push(']');
    });
}

fn backend(object: &mut Object<'_>, of: &BackendView<'_>) {
    let present = |text: &&str| !text.is_empty();
    object.text_opt("kind", Some(of.kind).filter(present));
    object.text_opt("namespace", Some(of.namespace).filter(present));
    object.text("name", of.name);
    object.number_opt("port", of.port);
    object.text_opt("subset", of.subset);
    object.text_opt("protocol", of.protocol);
}

fn name(object: &mut Object<'_>, of: &ObjectName<'_>) {
    object.text("kind", of.kind);
    object.text_opt(
        "namespace",
        Some(of.namespace).filter(|text| !text.is_empty()),
    );
    object.text("name", of.name);
}

/// `namespace/name`, or `name` outside of namespaces.
fn slashed(of: &ObjectName<'_>) -> String {
    if of.namespace.is_empty() {
        of.name.to_string()
    } else {
        format!("{}/{}", of.namespace, of.name)
    }
}

/// How bytes become text in one decision.
#[derive(Clone, Copy)]
struct Bytes {
    latin1: bool,
}

impl Bytes {
    fn of(decision: &Decision<'_>, latin1: bool) -> Self {
        let is_text = |value: &[u8]| str::from_utf8(value).is_ok();
        let all = is_text(decision.target())
            && decision.authority().is_none_or(is_text)
            && decision.location().is_none_or(is_text)
            && decision.headers().all(|(_, value)| is_text(value))
            && decision.cors_headers().all(|(_, value)| is_text(value));
        Self {
            latin1: latin1 || !all,
        }
    }

    fn write(self, out: &mut String, value: &[u8]) {
        match str::from_utf8(value) {
            Ok(text) if !self.latin1 => write::string(out, text),
            _ => write::latin1(out, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::compile::Compiler;
    use crate::json::RequestJson;
    use crate::model::{
        Action, Attachment, Backend, CorsOrigin, CorsPolicy, Filter, Gateway, HeaderEdit,
        HostMatch, InvalidTarget, Listener, Mirror, ObjectRef, PathMatch, PathRewrite, Precedence,
        PrefixJoin, Redirect, Respond, RetryPolicy, Route, RouteMatch, RouteSet, Rule, Stage,
        Target, WeightedTarget,
    };
    use crate::table::Table;
    use crate::vocabulary::{Fault, Normalization, Origin, Protocol, Timeouts};

    fn backend(name: &str) -> Backend {
        Backend {
            kind: "Service".into(),
            namespace: "shop".into(),
            name: name.into(),
            port: Some(8080),
            ..Backend::default()
        }
    }

    fn target(name: &str, weight: u32) -> WeightedTarget {
        WeightedTarget {
            target: Target::Backend(backend(name)),
            weight,
            filters: vec![],
            origin: Origin::default(),
        }
    }

    fn edit(verb: HeaderVerb, name: &str, value: &str) -> HeaderEdit {
        HeaderEdit {
            verb,
            name: name.into(),
            value: value.into(),
        }
    }

    fn prefix(path: &str) -> Vec<RouteMatch> {
        vec![RouteMatch {
            path: PathMatch::Segments(path.into()),
            ..RouteMatch::default()
        }]
    }

    /// One gateway, one listener, and these rules for every host.
    fn table(gateways: &[&str], rules: &[Rule]) -> Table {
        let mut set = RouteSet::new();
        set.sources.push("cart.yaml".into());
        for (index, name) in gateways.iter().enumerate() {
            let mut rules = rules.to_vec();
            // Gateways differ, so that a request has to name one.
            rules.rotate_left(index);
            let route = set.add_route(Route {
                object: ObjectRef::new("HTTPRoute", "shop", "cart"),
                created: None,
                rules,
                origin: Origin::default(),
            });
            let stage = set.add_stage(Stage {
                object: ObjectRef::new("Listener", "infra", "https"),
                precedence: Precedence::FirstMatch,
                host_fallthrough: true,
                attachments: vec![Attachment {
                    route,
                    hosts: vec![],
                }],
                origin: Origin::default(),
            });
            set.gateways.push(Gateway {
                object: ObjectRef::new("Gateway", "infra", *name),
                listeners: vec![Listener {
                    name: "https".into(),
                    port: None,
                    protocol: Protocol::AnyHttp,
                    hosts: vec![HostMatch::Any],
                    client_namespace: None,
                    detect_misdirected: false,
                    stage,
                    origin: Origin::default(),
                }],
                normalization: Normalization::Base,
                origin: Origin::default(),
            });
        }
        let compiled = Compiler::new().compile(&set);
        assert_eq!(compiled.diagnostics, []);
        compiled.table
    }

    fn answer(table: &Table, json: &str) -> Result<String, RequestError> {
        let mut request = RequestJson::new();
        request.parse(json.as_bytes())?;
        let mut scratch = table.create_scratch();
        request.ask(table, |asked, draws| {
            let decision = table.decide_with(&mut scratch, asked, draws);
            write_decision(&decision, request.is_latin1())
        })?
    }

    /// A rule with everything that a decision can say.
    fn full_rule() -> Rule {
        let mut rule = Rule::new(Action::Forward(vec![
            target("cart-v1", 90),
            target("cart-v2", 10),
        ]));
        rule.name = Some("canary".into());
        rule.matches = prefix("/cart");
        rule.origin = Origin {
            line: 12,
            column: 5,
            ..Origin::default()
        };
        rule.filters = vec![
            Filter::RequestHeaders(vec![
                edit(HeaderVerb::Set, "x-route", "cart"),
                edit(HeaderVerb::Add, "via", "fp"),
                edit(HeaderVerb::Remove, "x-debug", ""),
            ]),
            Filter::ResponseHeaders(vec![edit(HeaderVerb::Set, "x-served-by", "cart")]),
            Filter::Rewrite {
                host: None,
                path: Some(PathRewrite::Prefix {
                    replacement: "/v2/cart".into(),
                    join: PrefixJoin::Segments,
                }),
            },
            Filter::Mirror(Mirror {
                target: Ok(backend("copy")),
                numerator: 10,
                denominator: 100,
            }),
        ];
        rule.timeouts = Timeouts {
            request_ms: Some(5000),
            backend_request_ms: None,
            idle_ms: Some(0),
        };
        rule.retry = Some(RetryPolicy {
            attempts: Some(3),
            per_try_timeout_ms: None,
            on: vec!["5xx".into()],
            backoff_ms: Some(25),
        });
        rule.metadata = vec![("virtual_service".into(), "cart".into())];
        rule
    }

    #[test]
    fn a_forward_has_the_contracts_fields_in_order() {
        let table = table(&["public"], &[full_rule()]);
        let asked = r#"{"path":"/cart/x?q=1","authority":"shop.example:8443",
            "headers":[["X-Env","canary"],["x-debug","1"]],"random":[18446744073709551615,0]}"#;
        assert_eq!(
            answer(&table, asked).unwrap(),
            concat!(
                r#"{"outcome":"forward","gateway":"infra/public","listener":"https","#,
                r#""route":{"kind":"HTTPRoute","namespace":"shop","name":"cart"},"rule":0,"#,
                r#""rule_name":"canary","match":0,"#,
                r#""origin":{"file":"cart.yaml","line":12,"column":5},"#,
                r#""backend":{"kind":"Service","namespace":"shop","name":"cart-v2","port":8080},"#,
                r#""backends":[{"backend":{"kind":"Service","namespace":"shop","name":"cart-v1","#,
                r#""port":8080},"weight":90},{"backend":{"kind":"Service","namespace":"shop","#,
                r#""name":"cart-v2","port":8080},"weight":10}],"#,
                r#""request":{"method":"GET","authority":"shop.example:8443","#,
                r#""path":"/v2/cart/x?q=1","headers":[["x-env","canary"],["x-route","cart"],"#,
                r#"["via","fp"]],"edits":[["set","x-route","cart"],["add","via","fp"],"#,
                r#"["remove","x-debug"]]},"response_edits":[["set","x-served-by","cart"]],"#,
                r#""mirrors":[{"backend":{"kind":"Service","namespace":"shop","name":"copy","#,
                r#""port":8080},"percent":10.0,"selected":true}],"#,
                r#""timeouts":{"request_ms":5000,"idle_ms":0},"#,
                r#""retry":{"attempts":3,"on":["5xx"],"backoff_ms":25},"#,
                r#""metadata":{"virtual_service":"cart"}}"#
            )
        );
    }

    #[test]
    fn a_redirect_has_a_status_and_a_location_and_no_backend() {
        let redirect = Redirect {
            status: 301,
            ..Redirect::default()
        };
        let redirect = Redirect {
            host: Some("b.example".into()),
            ..redirect
        };
        let table = table(&["public"], &[Rule::new(Action::Redirect(redirect))]);
        let out = answer(&table, r#"{"path":"/x","authority":"a.example","port":80}"#).unwrap();
        assert!(
            out.starts_with(r#"{"outcome":"redirect","status":301,"gateway""#),
            "{out}"
        );
        assert!(out.contains(r#""backend":null"#), "{out}");
        assert!(
            out.contains(r#""redirect":{"location":"http://b.example/x"}"#),
            "{out}"
        );
        assert!(!out.contains(r#""request""#), "{out}");
    }

    #[test]
    fn a_response_says_why_it_is_not_forwarded() {
        let invalid = WeightedTarget {
            target: Target::Invalid(InvalidTarget {
                backend: backend("gone"),
                reason: "BackendNotFound".into(),
                status: 500,
            }),
            ..target("gone", 1)
        };
        let broken = table(&["public"], &[Rule::new(Action::Forward(vec![invalid]))]);
        let out = answer(&broken, r#"{"path":"/"}"#).unwrap();
        assert!(
            out.starts_with(r#"{"outcome":"respond","status":500,"reason":""#),
            "{out}"
        );
        assert!(
            out.contains("BackendNotFound") && out.contains(r#""backend":null"#),
            "{out}"
        );
        let respond = Respond {
            status: 418,
            body: "tea\u{7}".into(),
            ..Respond::default()
        };
        let direct = table(&["public"], &[Rule::new(Action::Respond(respond))]);
        let out = answer(&direct, r#"{"path":"/"}"#).unwrap();
        assert!(out.contains(r#""status":418"#), "{out}");
        assert!(out.contains(r#""respond":{"body":"tea\u0007"}"#), "{out}");
    }

    #[test]
    fn nothing_matched_and_a_refused_request_have_their_status() {
        let table = table(&["public"], &[full_rule()]);
        let out = answer(&table, r#"{"path":"/other"}"#).unwrap();
        assert!(
            out.starts_with(r#"{"outcome":"no_route","status":404,"#),
            "{out}"
        );
        assert!(
            !out.contains(r#""route":"#) && out.contains(r#""backend":null"#),
            "{out}"
        );
        let out = answer(&table, r#"{"path":"/a\u0001b"}"#).unwrap();
        assert!(
            out.starts_with(r#"{"outcome":"reject","status":400,"#),
            "{out}"
        );
    }

    #[test]
    fn faults_and_preflights_are_shown() {
        let mut rule = Rule::new(Action::Forward(vec![target("a", 1)]));
        rule.filters = vec![Filter::Fault(Fault {
            delay_ms: Some(5),
            delay_ppm: 0,
            abort_status: Some(503),
            abort_ppm: 1_000_000,
        })];
        let out = answer(&table(&["public"], &[rule.clone()]), r#"{"path":"/"}"#).unwrap();
        let fault = r#""fault":{"delay_ms":5,"abort_status":503,"delay_selected":false,"abort_selected":true}"#;
        assert!(
            out.contains(r#""outcome":"respond","status":503"#) && out.contains(fault),
            "{out}"
        );
        rule.filters = vec![Filter::Cors(CorsPolicy {
            allow_origins: vec![CorsOrigin::Any],
            ..CorsPolicy::default()
        })];
        let asked = r#"{"method":"OPTIONS","path":"/","headers":{"origin":"https://a.example",
            "access-control-request-method":"PUT"}}"#;
        let out = answer(&table(&["public"], &[rule]), asked).unwrap();
        let cors = r#""cors":{"preflight":true,"headers":[["access-control-allow-origin","*"]"#;
        assert!(out.contains(cors), "{out}");
    }

    #[test]
    fn a_value_that_is_no_utf_8_makes_each_character_a_byte() {
        let table = table(&["public"], &[full_rule()]);
        let asked = r#"{"latin1":true,"path":"/cart","headers":{"x":"é"}}"#;
        let out = answer(&table, asked).unwrap();
        assert!(
            out.contains(r#"["x","é"]"#) && out.ends_with(r#","latin1":true}"#),
            "{out}"
        );
        let out = answer(&table, r#"{"path":"/cart","headers":{"x":"é"}}"#).unwrap();
        assert!(
            out.contains(r#"["x","é"]"#) && !out.contains("latin1"),
            "{out}"
        );
    }

    #[test]
    fn an_open_gateway_is_an_error_only_where_gateways_differ() {
        let other = Rule::new(Action::Respond(Respond {
            status: 200,
            ..Respond::default()
        }));
        let table = table(&["a", "b"], &[other, full_rule()]);
        let error = answer(&table, r#"{"path":"/cart"}"#).unwrap_err();
        assert_eq!(error.code(), AMBIGUOUS_GATEWAY);
        assert_eq!(
            error.message(),
            "gateways infra/a and infra/b would answer differently: name one"
        );
        let out = answer(&table, r#"{"path":"/cart","gateway":"infra/b"}"#).unwrap();
        assert!(
            out.contains(r#""outcome":"forward","gateway":"infra/b""#),
            "{out}"
        );
        let error = answer(&table, r#"{"path":"/cart","gateway":"c"}"#).unwrap_err();
        assert_eq!(error.code().0, 1211);
    }
}
