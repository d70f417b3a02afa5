//! Synthetic route sets with requests whose answers are known.
//!
//! Each [`Scenario`] is text, as a user would have it: Gateway API manifests and
//! requests. It is made from a seed and a size, so that two runs, two machines
//! and two versions measure the same thing; and it says how many of its requests
//! find a backend, so that a bench which answers wrongly stops instead of being
//! fast.

mod random;

pub use random::Random;

/// Rules that one HTTPRoute may have.
const RULES_OF_A_ROUTE: usize = 16;
/// Requests of a scenario: enough that the branch predictor cannot learn them.
const REQUESTS: usize = 4096;

/// Manifests, and requests for them.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What the rules are told apart by.
    pub name: &'static str,
    /// How many rules there are.
    pub rules: usize,
    /// Gateway API manifests.
    pub manifests: String,
    /// Requests, in random order.
    pub requests: Vec<Line>,
    /// How many of the requests a rule takes.
    pub hits: usize,
}

/// A request, and the backend that must get it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The authority.
    pub authority: String,
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The backend's name; `None` where no rule takes the request.
    pub backend: Option<String>,
}

/// Every scenario of a size.
pub fn scenarios(rules: usize) -> [Scenario; 4] {
    [hosts(rules), paths(rules), headers(rules), mixed(rules)]
}

/// Each rule has a host of its own, as tenants have.
fn hosts(rules: usize) -> Scenario {
    build("hosts", rules, |rule| Rule {
        host: format!("tenant-{rule}.example"),
        path: "/".to_string(),
        header: None,
    })
}

/// One host; each rule has a path of three segments, as services behind one
/// name have.
fn paths(rules: usize) -> Scenario {
    build("paths", rules, |rule| Rule {
        host: "api.example".to_string(),
        path: format!(
            "/team-{}/service-{}/v{}",
            rule / 100,
            rule / 4 % 25,
            rule % 4
        ),
        header: None,
    })
}

/// One host and path; each rule asks for another value of one header.
fn headers(rules: usize) -> Scenario {
    build("headers", rules, |rule| Rule {
        host: "api.example".to_string(),
        path: "/".to_string(),
        header: Some(("x-tenant".to_string(), format!("tenant-{rule}"))),
    })
}

/// Some of each: ten paths a host, and of each two rules one is a canary.
fn mixed(rules: usize) -> Scenario {
    build("mixed", rules, |rule| Rule {
        host: format!("shop-{}.example", rule / 20),
        path: format!("/part-{}", rule / 2 % 10),
        header: (rule % 2 == 1).then(|| ("x-env".to_string(), "canary".to_string())),
    })
}

/// What one rule asks for.
struct Rule {
    host: String,
    path: String,
    header: Option<(String, String)>,
}

fn build(name: &'static str, rules: usize, rule: impl Fn(usize) -> Rule) -> Scenario {
    let mut random = Random::new(0x5eed ^ rules as u64);
    let mut requests = Vec::with_capacity(REQUESTS);
    for at in 0..REQUESTS {
        let wanted = random.below(rules);
        let asked = rule(wanted);
        // Every eighth request is for nobody: its host or its header is unknown.
        let miss = at % 8 == 7;
        let mut headers = browser_headers();
        headers.extend(asked.header.clone());
        let mut line = Line {
            authority: asked.host,
            path: format!("{}/item?n={at}", asked.path.trim_end_matches('/')),
            headers,
            backend: Some(format!("backend-{wanted}")),
        };
        if miss {
            line.authority = "nobody.invalid".to_string();
            line.backend = None;
        }
        requests.push(line);
    }
    let hits = requests
        .iter()
        .filter(|line| line.backend.is_some())
        .count();
    Scenario {
        name,
        rules,
        manifests: manifests(rules, rule),
        requests,
        hits,
    }
}

/// What a browser sends besides: a search has to look past these.
fn browser_headers() -> Vec<(String, String)> {
    [
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        ),
        ("accept-language", "en-GB,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        (
            "cookie",
            "session=8f14e45fceea167a5a36dedd4bea2543; theme=dark",
        ),
        ("x-request-id", "7d444840-9dc0-11d1-b245-5ffdce74fad2"),
    ]
    .map(|(name, value)| (name.to_string(), value.to_string()))
    .to_vec()
}

fn manifests(rules: usize, rule: impl Fn(usize) -> Rule) -> String {
    let mut text = String::from(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: bench}\n\
         spec: {controllerName: bench.example/gateway}\n---\n\
         apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\n\
         metadata: {name: edge, namespace: bench}\nspec:\n  gatewayClassName: bench\n  \
         listeners:\n  - {name: http, port: 80, protocol: HTTP}\n",
    );
    let mut at = 0;
    while at < rules {
        let host = rule(at).host;
        text.push_str(&format!(
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n\
             metadata: {{name: route-{at}, namespace: bench}}\nspec:\n  \
             parentRefs: [{{name: edge}}]\n  hostnames: [{host}]\n  rules:\n"
        ));
        let from = at;
        while at < rules && at - from < RULES_OF_A_ROUTE && rule(at).host == host {
            let asked = rule(at);
            let header = asked.header.map_or(String::new(), |(name, value)| {
                format!(", headers: [{{name: {name}, value: {value}}}]")
            });
            text.push_str(&format!(
                "  - matches: [{{path: {{type: PathPrefix, value: {}}}{header}}}]\n    \
                 backendRefs: [{{name: backend-{at}, port: 8080}}]\n",
                asked.path
            ));
            at += 1;
        }
    }
    for at in 0..rules {
        text.push_str(&format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: backend-{at}, namespace: bench}}\n\
             spec: {{ports: [{{port: 8080}}]}}\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::scenarios;

    #[test]
    fn the_same_size_gives_the_same_scenario() {
        for (one, other) in scenarios(100).into_iter().zip(scenarios(100)) {
            assert_eq!(one.manifests, other.manifests);
            assert_eq!(
                format!("{:?}", one.requests),
                format!("{:?}", other.requests)
            );
            assert_eq!(one.hits, one.requests.len() / 8 * 7);
        }
    }

    #[test]
    fn every_rule_is_written_once() {
        for scenario in scenarios(100) {
            let written = scenario.manifests.matches("backendRefs").count();
            assert_eq!(written, 100, "{}", scenario.name);
        }
    }
}
