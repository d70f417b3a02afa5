//! Random requests, derived from the rules of a set.
//!
//! A [`Plan`] is drawn without looking at a set, and becomes a request by picking
//! from one: so the same plan still means something when the set gets smaller.

use fingerpost::model::{
    Action, HostMatch, Listener, PathMatch, Protocol, RouteMatch, RouteSet, Rule, Scheme, StageId,
    Target, ValueMatch,
};
use fingerpost::oracle::{Draws, Protocol as Speaks, Request};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::words::{self, CALLS, HEADERS, HOSTS, METHODS, PARAMETERS, SERVICES, VALUES};

/// Choices yet to be made in a set.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    choices: Vec<u32>,
    draws: Draws,
}

/// A plan for a request.
pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let draws = prop_oneof![
        1 => words::number().prop_map(Draws::Same),
        1 => vec(words::number(), 0..=6).prop_map(Draws::List),
        1 => Just(Draws::Same(0)),
    ];
    (vec(any::<u32>(), 64), draws).prop_map(|(choices, draws)| Plan { choices, draws })
}

impl Plan {
    /// The request that the plan means in this set.
    pub(super) fn request(&self, set: &RouteSet) -> Request {
        let mut choices = Choices(self.choices.iter());
        let mut request = Request {
            method: choices.of(METHODS).into(),
            draws: self.draws.clone(),
            ..Request::default()
        };
        let listener = enter(&mut request, &mut choices, set);
        let mut host = choices.of(HOSTS).to_string();
        let mut path = "/".to_string();
        let mut query = Vec::new();
        if let Some(listener) = listener
            && let Some(pattern) = choices.pick(&listener.hosts)
        {
            host = host_for(pattern, &mut choices).unwrap_or(host);
        }
        // A rule of the listener's stage is aimed at, and one of the stage behind it.
        let mut stage = listener.and_then(|listener| set.stages.get(listener.stage.0 as usize));
        if choices.rarely(8) {
            stage = choices.pick(&set.stages);
        }
        let mut first = true;
        while let Some(attachment) = stage.and_then(|stage| choices.pick(&stage.attachments)) {
            if first
                && let Some(binding) = choices.pick(&attachment.hosts)
                && !choices.rarely(4)
            {
                host = host_for(&binding.host, &mut choices).unwrap_or(host);
            }
            let route = &set.routes[attachment.route.0 as usize];
            let Some(rule) = choices.pick(&route.rules) else {
                break;
            };
            if let Some(item) = choices.pick(&rule.matches) {
                if first || choices.rarely(2) {
                    path = path_for(&item.path, &mut choices);
                }
                aim_at(&mut request, &mut query, item, &mut choices);
            }
            first = false;
            stage = next_stage(rule).and_then(|id| set.stages.get(id.0 as usize));
        }
        if choices.rarely(12) {
            host = choices.of(HOSTS).to_string();
        }
        if choices.rarely(10) {
            path = choices
                .of(&["/", "/a", "/a/b/c", "/ab", "/zzz", "/b/"])
                .to_string();
        }
        if choices.rarely(4) {
            let name = choices.of(HEADERS).to_string();
            request
                .headers
                .push((name.into(), choices.of(VALUES).into()));
        }
        if choices.rarely(10) {
            if choices.rarely(2) {
                request.method = b"OPTIONS".to_vec();
            }
            request
                .headers
                .push((b"origin".to_vec(), b"https://o".to_vec()));
            let name = b"Access-Control-Request-Method".to_vec();
            request.headers.push((name, b"GET".to_vec()));
        }
        request.target = target(&path, &query, &mut choices).into_bytes();
        // Bytes are opaque, whatever they are in UTF-8.
        if choices.rarely(12) {
            let at = 1 + choices.below(request.target.len() as u32) as usize;
            request.target.insert(at.min(request.target.len()), 0xff);
        }
        if choices.rarely(12)
            && let Some((_, value)) = request.headers.first_mut()
        {
            value.push(0xc3);
        }
        if choices.rarely(40) {
            request.method = b"CONNECT".to_vec();
            if choices.rarely(2) {
                request.target = b"a.test:443".to_vec();
            }
        }
        request.authority = authority(&host, &mut choices).map(String::into_bytes);
        if matches!(request.protocol, Speaks::Tls | Speaks::Tcp) {
            request.target.clear();
            request.authority = None;
        }
        if request.scheme == Some(Scheme::Https) || request.protocol == Speaks::Tls {
            let same = choices.rarely(2);
            let sni = if same {
                host
            } else {
                choices.of(HOSTS).to_string()
            };
            request.sni = (!choices.rarely(4)).then(|| sni.into_bytes());
        }
        request
    }
}

/// The first stage that a rule leads to.
fn next_stage(rule: &Rule) -> Option<StageId> {
    let Action::Forward(targets) = &rule.action else {
        return None;
    };
    targets.iter().find_map(|target| match target.target {
        Target::Stage { stage, .. } => Some(stage),
        _ => None,
    })
}

/// Port, scheme and protocol of some listener, mostly.
fn enter<'s>(
    request: &mut Request,
    choices: &mut Choices<'_>,
    set: &'s RouteSet,
) -> Option<&'s Listener> {
    let gateway = choices.pick(&set.gateways)?;
    if !choices.rarely(4) {
        let object = &gateway.object;
        request.gateway = Some(match choices.rarely(2) {
            true => object.name.clone(),
            false => format!("{}/{}", object.namespace, object.name),
        });
    }
    let listener = choices.pick(&gateway.listeners)?;
    request.port = match choices.below(8) {
        0 => None,
        1 => Some(*choices.pick(&[80, 443, 8080, 9]).unwrap_or(&80)),
        _ => listener.port,
    };
    request.client_namespace = match choices.below(3) {
        0 => None,
        1 => Some("team".into()),
        _ => listener.client_namespace.clone(),
    };
    request.scheme = match listener.protocol {
        Protocol::Https => Some(Scheme::Https),
        Protocol::AnyHttp if choices.rarely(2) => Some(Scheme::Https),
        _ => None,
    };
    request.protocol = match listener.protocol {
        Protocol::Tls => Speaks::Tls,
        Protocol::Tcp => Speaks::Tcp,
        _ if choices.rarely(6) => Speaks::Grpc,
        _ if choices.rarely(3) => Speaks::Http2,
        _ => Speaks::Http1,
    };
    Some(listener)
}

/// Makes the request meet the predicates of a match, mostly.
fn aim_at(
    request: &mut Request,
    query: &mut Vec<(String, String)>,
    item: &RouteMatch,
    choices: &mut Choices<'_>,
) {
    if let Some(method) = choices.pick(&item.methods)
        && !choices.rarely(8)
    {
        request.method = method.clone().into();
    }
    if let Some(scheme) = item.scheme
        && !choices.rarely(4)
    {
        request.scheme = Some(scheme);
    }
    if item.grpc_only && !choices.rarely(4) {
        let kinds = [
            "application/grpc",
            "application/grpc+proto",
            "application/json",
        ];
        let kind = choices.of(&kinds).into();
        request.headers.push((b"Content-Type".to_vec(), kind));
    }
    for header in &item.headers {
        if choices.rarely(8) {
            continue;
        }
        let mut value = value_for(&header.value, choices);
        if header.invert && choices.rarely(2) {
            value.push('x');
        }
        let name = match choices.rarely(4) {
            true => header.name.to_ascii_uppercase(),
            false => header.name.clone(),
        };
        request.headers.push((name.clone().into(), value.into()));
        if choices.rarely(8) {
            request
                .headers
                .push((name.into(), choices.of(VALUES).into()));
        }
    }
    for parameter in &item.query {
        if !choices.rarely(8) {
            let value = value_for(&parameter.value, choices);
            query.push((parameter.name.clone(), value));
        }
    }
}

fn host_for(host: &HostMatch, choices: &mut Choices<'_>) -> Option<String> {
    let before = ["z", "y.z", "b", "z"];
    match host {
        HostMatch::Exact(host) => Some(host.clone()),
        HostMatch::Wildcard(suffix) => Some(format!("{}.{suffix}", choices.of(&before))),
        HostMatch::Suffix(suffix) => Some(format!("{}{suffix}", choices.of(&before))),
        _ => None,
    }
}

fn path_for(path: &PathMatch, choices: &mut Choices<'_>) -> String {
    let tail = |choices: &mut Choices<'_>| choices.of(&["", "", "/", "/b", "/a/b", "x"]);
    match path {
        PathMatch::Exact(text) => match choices.rarely(6) {
            true => format!("{text}{}", tail(choices)),
            false => text.clone(),
        },
        PathMatch::Prefix(text) | PathMatch::Segments(text) => {
            let text = match choices.rarely(3) {
                true => text.strip_suffix('/').unwrap_or(text),
                false => text,
            };
            format!("{text}{}", tail(choices))
        }
        PathMatch::Regex(regex) => sample(words::PATH_REGEXES, regex, choices),
        PathMatch::Grpc { service, method } => {
            let name =
                |item: &Option<ValueMatch>, names: &[&str], choices: &mut Choices<'_>| match item {
                    Some(ValueMatch::Exact(name)) => name.clone(),
                    _ => choices.of(names).to_string(),
                };
            let service = name(service, SERVICES, choices);
            format!("/{service}/{}{}", name(method, CALLS, choices), {
                if choices.rarely(8) { tail(choices) } else { "" }
            })
        }
        _ => choices.of(&["/", "/a", "/q/r"]).to_string(),
    }
}

fn value_for(value: &ValueMatch, choices: &mut Choices<'_>) -> String {
    let around = ["", "1", "ab"];
    match value {
        ValueMatch::Exact(text) => text.clone(),
        ValueMatch::Prefix(text) => format!("{text}{}", choices.of(&around)),
        ValueMatch::Suffix(text) => format!("{}{text}", choices.of(&around)),
        ValueMatch::Contains(text) => {
            format!("{}{text}{}", choices.of(&around), choices.of(&around))
        }
        ValueMatch::Regex(regex) => sample(words::VALUE_REGEXES, regex, choices),
        ValueMatch::Range { start, end } => {
            let number = start + i64::from(choices.below(4)) - 1;
            if choices.rarely(4) {
                end.to_string()
            } else {
                number.to_string()
            }
        }
        _ => choices.of(VALUES).to_string(),
    }
}

fn sample(known: &[(&str, &[&str])], regex: &str, choices: &mut Choices<'_>) -> String {
    let texts = known
        .iter()
        .find(|(pattern, _)| *pattern == regex)
        .map_or(&[""][..], |k| k.1);
    choices.of(texts).to_string()
}

/// The target as a client could spell it: mostly plainly.
fn target(path: &str, query: &[(String, String)], choices: &mut Choices<'_>) -> String {
    let mut path = path.to_string();
    match choices.below(24) {
        0 => path = path.replacen('a', "%61", 1),
        1 => path = format!("/x/..{path}"),
        2 => path = format!("/.{path}"),
        3 => path = path.replacen('/', "//", 1),
        4 => path.push_str("/."),
        5 => path = path.replacen("/b", "//b", 1),
        6 => path.push_str("%2f"),
        7 if choices.rarely(3) => path.push('#'),
        8 if choices.rarely(3) => path.push_str("%6%31"),
        9 if choices.rarely(3) => path = path.trim_start_matches('/').to_string(),
        10 => path.push_str("/../"),
        _ => {}
    }
    let mut query: Vec<_> = query.to_vec();
    if choices.rarely(4) {
        let pair = (
            choices.of(PARAMETERS).to_string(),
            choices.of(VALUES).to_string(),
        );
        let at = choices.below(query.len() as u32 + 1) as usize;
        query.insert(at, pair);
    }
    for (nth, (name, value)) in query.iter().enumerate() {
        path.push(if nth == 0 { '?' } else { '&' });
        let spell = |text: &str| text.replace(' ', "%20");
        path.push_str(&match choices.below(8) {
            0 => spell(name).replace('q', "%71"),
            _ => spell(name),
        });
        if !value.is_empty() || choices.rarely(2) {
            path.push('=');
            path.push_str(&match choices.below(6) {
                0 => spell(value).replace('a', "%61"),
                1 => spell(value).replace(',', "%2C"),
                _ => spell(value),
            });
        }
    }
    path
}

fn authority(host: &str, choices: &mut Choices<'_>) -> Option<String> {
    Some(match choices.below(20) {
        0 => return None,
        1 => host.to_ascii_uppercase(),
        2 => format!("{host}."),
        3 => format!("{host}:8080"),
        4 => format!("{host}.:443"),
        5 if choices.rarely(3) => format!("{host}.."),
        6 if choices.rarely(3) => format!("{host}:x"),
        7 if choices.rarely(3) => format!("u@{host}"),
        8 => "[::1]:80".into(),
        _ => host.into(),
    })
}

/// A finite list of numbers to choose by; at its end, always the first choice.
struct Choices<'a>(std::slice::Iter<'a, u32>);

impl Choices<'_> {
    fn below(&mut self, count: u32) -> u32 {
        self.0.next().map_or(0, |choice| choice % count.max(1))
    }

    /// Once in `times`, and never at the end of the list.
    fn rarely(&mut self, times: u32) -> bool {
        self.below(times) == times - 1
    }

    fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        let index = self.below(items.len() as u32);
        items.get(index as usize)
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        self.pick(texts).copied().unwrap_or_default()
    }
}
