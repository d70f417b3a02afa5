//! Random requests, derived from the rules of a set.
//!
//! A [`Plan`] is drawn without looking at a set, and becomes a request by picking
//! from one: so the same plan still means something when the set gets smaller.

use fingerpost::model::{Action, Listener, Protocol, RouteSet, Rule, Scheme, StageId, Target};
use fingerpost::oracle::{Draws, Protocol as Speaks, Request};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use super::aim::{Aim, host_for, path_for};
use super::spell::{Choices, authority, target};
use super::words::{
    self, ADDRESSES, ATTRIBUTES, HEADERS, HOSTILE, HOSTS, METHODS, PARAMETERS, VALUES,
};

/// Choices yet to be made in a set.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    choices: Vec<u32>,
    draws: Draws,
    random: u64,
}

/// A plan for a request.
pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let draws = prop_oneof![
        1 => words::number().prop_map(Draws::Same),
        1 => vec(words::number(), 0..=6).prop_map(Draws::List),
        1 => Just(Draws::Same(0)),
    ];
    let plan = (vec(any::<u32>(), 160), draws, words::number());
    plan.prop_map(|(choices, draws, random)| Plan {
        choices,
        draws,
        random,
    })
}

impl Plan {
    /// The request that the plan means in this set.
    pub(super) fn request(&self, set: &RouteSet) -> Request {
        let mut choices = Choices(self.choices.iter());
        let choices = &mut choices;
        let mut request = Request {
            method: choices.of(METHODS).into(),
            draws: self.draws.clone(),
            random: self.random,
            ..Request::default()
        };
        let listener = enter(&mut request, choices, set);
        let mut aim = Aim {
            request,
            host: choices.of(HOSTS).to_string(),
            path: "/".to_string(),
            query: Vec::new(),
        };
        if let Some(listener) = listener
            && let Some(pattern) = choices.pick(&listener.hosts)
        {
            aim.host = host_for(pattern, choices).unwrap_or(aim.host);
        }
        // A rule of the listener's stage is aimed at, and one of the stage behind it.
        let mut stage = listener.and_then(|listener| set.stages.get(listener.stage.0 as usize));
        if choices.rarely(8) {
            stage = choices.pick(&set.stages);
        }
        let mut port = None;
        let mut first = true;
        while let Some(attachment) = stage.and_then(|stage| choices.pick(&stage.attachments)) {
            if first
                && let Some(binding) = choices.pick(&attachment.hosts)
                && !choices.rarely(4)
            {
                aim.host = host_for(&binding.host, choices).unwrap_or(aim.host);
                port = binding.port;
            }
            let route = &set.routes[attachment.route.0 as usize];
            let Some(rule) = choices.pick(&route.rules) else {
                break;
            };
            if let Some(item) = choices.pick(&rule.matches) {
                if first || choices.rarely(2) {
                    aim.path = path_for(&item.path, choices);
                }
                aim.at(item, choices);
            }
            first = false;
            stage = next_stage(rule).and_then(|id| set.stages.get(id.0 as usize));
        }
        stray(&mut aim, choices);
        let Aim {
            mut request,
            host,
            path,
            query,
        } = aim;
        request.target = target(&path, &query, choices).into_bytes();
        // Bytes are opaque, whatever they are in UTF-8.
        if choices.rarely(12) {
            let at = 1 + choices.below(request.target.len() as u32) as usize;
            request.target.insert(at.min(request.target.len()), 0xff);
        }
        if choices.rarely(40) {
            request.method = b"CONNECT".to_vec();
            if choices.rarely(2) {
                request.target = b"a.test:443".to_vec();
            }
        }
        request.authority = match port {
            Some(port) if !choices.rarely(4) => Some(format!("{host}:{port}").into_bytes()),
            _ => authority(&host, choices).map(String::into_bytes),
        };
        if choices.rarely(30) {
            let name = choices.of(&["host", "Host"]).as_bytes().to_vec();
            let other = choices.of(HOSTS).as_bytes().to_vec();
            let value = match choices.rarely(2) {
                true => other,
                false => request.authority.clone().unwrap_or(other),
            };
            if choices.rarely(4) {
                request.headers.push((b"HOST".to_vec(), value.clone()));
            }
            request.headers.push((name, value));
        }
        if matches!(request.protocol, Speaks::Tls | Speaks::Tcp | Speaks::Udp) {
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

/// Leaves the aim now and then.
fn stray(aim: &mut Aim, choices: &mut Choices<'_>) {
    if choices.rarely(12) {
        aim.host = choices.of(HOSTS).to_string();
    }
    if choices.rarely(10) {
        aim.path = choices
            .of(&["/", "/a", "/a/b/c", "/ab", "/zzz", "/b/"])
            .to_string();
    }
    let request = &mut aim.request;
    if choices.rarely(4) {
        let name = choices.of(HEADERS).to_string();
        request
            .headers
            .push((name.into(), choices.of(VALUES).into()));
    }
    // Of several values the first fills a hole.
    if choices.rarely(3) {
        let value = choices.of(HOSTILE);
        match choices.below(4) {
            0 => aim
                .query
                .insert(0, (choices.of(PARAMETERS).into(), spelled(value))),
            1 => {
                let name = choices.of(ATTRIBUTES).to_string();
                request.attributes.insert(0, (name, value.into()));
            }
            _ => {
                let name = choices.of(HEADERS);
                request.headers.insert(0, (name.into(), value.into()));
            }
        }
    }
    if choices.rarely(4) {
        let lines = ["sid=a", "sid=b; k=1; sid=c", "Sid=\"1\"", "k", "k=a=b"];
        let line = choices.of(&lines).into();
        request.headers.push((b"Cookie".to_vec(), line));
    }
    if choices.rarely(4) {
        let name = choices.of(ATTRIBUTES).to_string();
        let value = choices.of(VALUES).into();
        request.attributes.push((name, value));
    }
    if choices.rarely(8) {
        let origins = ["https://o", "http://o", "https://b.test", "null"];
        if choices.rarely(2) {
            request.method = b"OPTIONS".to_vec();
        }
        let origin = choices.of(&origins).into();
        request.headers.push((b"origin".to_vec(), origin));
        let name = b"Access-Control-Request-Method".to_vec();
        request.headers.push((name, b"GET".to_vec()));
        if choices.rarely(8) {
            let again = choices.of(&origins).into();
            request.headers.push((b"Origin".to_vec(), again));
        }
    }
    if choices.rarely(6) {
        request.destination_ip = choices.of(ADDRESSES).parse().ok();
    }
    if choices.rarely(4) {
        request.source_ip = choices.of(ADDRESSES).parse().ok();
    }
    if choices.rarely(20) {
        let name = choices.of(&["x_a", "", "x-b"]).into();
        request.headers.push((name, b"1".to_vec()));
    }
    if choices.rarely(12)
        && let Some((_, value)) = request.headers.first_mut()
    {
        value.push(*choices.pick(&[0xc3, 0xff, b'\t', 0]).unwrap_or(&0xc3));
    }
    if choices.rarely(60) {
        request.method = choices.of(&["", "G T", "GET\t"]).into();
    }
}

/// A value as a query has it.
fn spelled(value: &str) -> String {
    value
        .replace('%', "%25")
        .replace('&', "%26")
        .replace('#', "%23")
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
        Protocol::Udp => Speaks::Udp,
        _ if choices.rarely(6) => Speaks::Grpc,
        _ if choices.rarely(3) => Speaks::Http2,
        _ if choices.rarely(8) => Speaks::Http3,
        _ => Speaks::Http1,
    };
    Some(listener)
}
