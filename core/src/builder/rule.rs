//! Rules: what is done with the requests that they take.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::{BuildFaultKind, Share, value};
use crate::model::{
    self, Action, CorsPolicy, Fact, Fault, Filter, Format, HashKey, HeaderEdit, HeaderVerb,
    HostRewrite, MetadataValue, Mirror, PathRewrite, PrefixJoin, RetryPolicy, Rewrite,
    SessionPolicy, Substitution, Target,
};

/// What is asked of a request, and what is done with it: the thing that wins.
///
/// Texts may have holes wherever the model takes a [`Format`]: `{id}` is a capture of
/// the path, `{header.x-user}` a fact of the request.
#[derive(Clone, Debug)]
#[must_use]
pub struct Rule {
    pub(super) model: model::Rule,
    pub(super) faults: Vec<BuildFaultKind>,
    /// Stages given by name: index of the target, name.
    pub(super) stages: Vec<(usize, String)>,
}

impl Rule {
    /// Names the rule, for decisions and explanations.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").named("everyone");
    /// ```
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.model.name = Some(name.into());
        self
    }

    /// Sets the priority: lower comes first, before anything else is compared.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().respond(503).priority(-1);
    /// ```
    pub fn priority(mut self, priority: i64) -> Self {
        self.model.priority = Some(priority);
        self
    }

    /// Sets the body of a response that the rule gives itself. Other actions have
    /// none, and are left as they are.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().respond(503).body("back at nine");
    /// ```
    pub fn body(mut self, body: impl Into<String>) -> Self {
        if let Action::Respond(respond) = &mut self.model.action {
            respond.body = body.into();
        }
        self
    }

    /// Sends on this path in place of the one that came; the query stays.
    ///
    /// ```
    /// use fingerpost::builder::path;
    ///
    /// let rule = path("/users/{id}").to("users").rewrite("/v2/users/{id}");
    /// ```
    pub fn rewrite(mut self, path: &str) -> Self {
        let path = PathRewrite::Full(self.format(path));
        self.rewrite_path(path)
    }

    /// Replaces the prefix that [`segments`](super::segments) names.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// // `/api/users` is sent on as `/users`.
    /// let rule = segments("/api").to("api").rewrite_prefix("/");
    /// ```
    pub fn rewrite_prefix(self, replacement: impl Into<String>) -> Self {
        self.rewrite_path(PathRewrite::Prefix {
            replacement: replacement.into(),
            join: PrefixJoin::Segments,
        })
    }

    /// Replaces the first place in the path that a regular expression finds. Holes
    /// of the replacement are the expression's groups: `{1}`, `{name}`.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("api").rewrite_regex("^/v([0-9]+)/", "/version-{1}/");
    /// ```
    pub fn rewrite_regex(mut self, pattern: impl Into<String>, replacement: &str) -> Self {
        let substitution = Substitution {
            pattern: pattern.into(),
            replacement: self.format(replacement),
            all: false,
        };
        self.rewrite_path(PathRewrite::Regex(substitution))
    }

    /// Sends on this host in place of the one that came.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").rewrite_host("cart.internal");
    /// ```
    pub fn rewrite_host(mut self, host: &str) -> Self {
        let host = Some(HostRewrite::To(self.format(host)));
        self.filter(Filter::Rewrite(Rewrite {
            host,
            ..Rewrite::default()
        }))
    }

    /// Sets a header of the request that is sent on.
    ///
    /// ```
    /// use fingerpost::builder::path;
    ///
    /// let rule = path("/users/{id}").to("users").set_header("x-user-id", "{id}");
    /// ```
    pub fn set_header(self, name: &str, value: &str) -> Self {
        self.request_header(HeaderVerb::Set, name, value)
    }

    /// Adds a header to the request that is sent on, beside those of its name.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").add_header("via", "1.1 edge");
    /// ```
    pub fn add_header(self, name: &str, value: &str) -> Self {
        self.request_header(HeaderVerb::Add, name, value)
    }

    /// Removes a header from the request that is sent on.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").remove_header("x-debug");
    /// ```
    pub fn remove_header(self, name: &str) -> Self {
        self.request_header(HeaderVerb::Remove, name, "")
    }

    /// Edits a header of the request in any way that the model has.
    ///
    /// ```
    /// use fingerpost::HeaderVerb;
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").request_header(HeaderVerb::SetIfAbsent, "x-env", "live");
    /// ```
    pub fn request_header(mut self, verb: HeaderVerb, name: &str, value: &str) -> Self {
        let edit = self.edit(verb, name, value);
        self.filter(Filter::RequestHeaders(Vec::from([edit])))
    }

    /// Sets a header of the response.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").set_response_header("x-served-by", "cart");
    /// ```
    pub fn set_response_header(self, name: &str, value: &str) -> Self {
        self.response_header(HeaderVerb::Set, name, value)
    }

    /// Removes a header of the response.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").remove_response_header("server");
    /// ```
    pub fn remove_response_header(self, name: &str) -> Self {
        self.response_header(HeaderVerb::Remove, name, "")
    }

    /// Edits a header of the response in any way that the model has.
    ///
    /// ```
    /// use fingerpost::HeaderVerb;
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").response_header(HeaderVerb::Append, "vary", "cookie");
    /// ```
    pub fn response_header(mut self, verb: HeaderVerb, name: &str, value: &str) -> Self {
        let edit = self.edit(verb, name, value);
        self.filter(Filter::ResponseHeaders(Vec::from([edit])))
    }

    /// Sends a copy of every request to a backend, and ignores the answer. Takes the
    /// same texts as [`Match::to`](super::Match::to); what is no backend is a fault.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").mirror("cart-next");
    /// ```
    pub fn mirror(mut self, backend: impl Into<Share>) -> Self {
        let target = match backend.into().0 {
            Ok(share) => match share.target {
                Target::Backend(backend) => Ok(backend),
                Target::Invalid(invalid) => Err(invalid),
                _ => {
                    self.faults.push(BuildFaultKind::Backend {
                        text: String::from("mirror"),
                        why: "a copy goes to a backend, and to nothing else",
                    });
                    return self;
                }
            },
            Err(fault) => {
                self.faults.push(fault);
                return self;
            }
        };
        self.filter(Filter::Mirror(Mirror {
            target,
            numerator: 1,
            denominator: 1,
        }))
    }

    /// Answers cross-origin questions.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::{CorsOrigin, CorsPolicy};
    ///
    /// let rule = any().to("cart").cors(CorsPolicy {
    ///     allow_origins: vec![CorsOrigin::Any],
    ///     ..CorsPolicy::default()
    /// });
    /// ```
    pub fn cors(self, policy: CorsPolicy) -> Self {
        self.filter(Filter::Cors(policy))
    }

    /// Delays or fails a share of requests on purpose.
    ///
    /// ```
    /// use fingerpost::Fault;
    /// use fingerpost::builder::any;
    ///
    /// let fault = Fault { delay_ms: Some(200), delay_ppm: 10_000, ..Fault::default() };
    /// let rule = any().to("cart").fault(fault);
    /// ```
    pub fn fault(self, fault: Fault) -> Self {
        self.filter(Filter::Fault(fault))
    }

    /// Adds a filter of the model, after those there are.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::{Filter, Rewrite};
    ///
    /// let method = Some("POST".to_string());
    /// let rule = any().to("cart").filter(Filter::Rewrite(Rewrite { method, ..Rewrite::default() }));
    /// ```
    pub fn filter(mut self, filter: Filter) -> Self {
        self.model.filters.push(filter);
        self
    }

    /// Limits the whole request, tries included; parts of a millisecond do not count,
    /// and 0 switches the limit off.
    ///
    /// ```
    /// use core::time::Duration;
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").timeout(Duration::from_secs(5));
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        let milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self.model.timeouts.request_ms = Some(milliseconds);
        self
    }

    /// Says when the request is tried again.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::RetryPolicy;
    ///
    /// let rule = any().to("cart").retry(RetryPolicy {
    ///     attempts: Some(2),
    ///     on: vec!["connect-failure".into()],
    ///     ..RetryPolicy::default()
    /// });
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.model.retry = Some(policy);
        self
    }

    /// Keeps a client at one backend.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::SessionPolicy;
    ///
    /// let rule = any().to("cart").session(SessionPolicy::Header {
    ///     name: Some("x-session".into()),
    ///     absolute_timeout_ms: None,
    ///     idle_timeout_ms: None,
    /// });
    /// ```
    pub fn session(mut self, policy: SessionPolicy) -> Self {
        self.model.session = Some(policy);
        self
    }

    /// Chooses among the targets by a fact in place of chance, so that alike requests
    /// go to one target. Called again, by both.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::Fact;
    ///
    /// let rule = any().split([("a", 1), ("b", 1)]).sticky(Fact::Cookie("sid".into()));
    /// ```
    pub fn sticky(mut self, fact: Fact) -> Self {
        self.model.sticky.push(HashKey::new(fact));
        self
    }

    /// Adds a fact that a proxy's load balancer chooses an endpoint by.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::Fact;
    ///
    /// let rule = any().to("cache").hash(Fact::Path);
    /// ```
    pub fn hash(mut self, fact: Fact) -> Self {
        self.model.hash.push(HashKey::new(fact));
        self
    }

    /// Adds a fact that travels with the decision.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").metadata("rate-limit", "per-user");
    /// ```
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<MetadataValue>) -> Self {
        self.model.metadata.push((name.into(), value.into()));
        self
    }

    /// Changes the model's rule, for what no call here says.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().to("cart").with(|rule| rule.timeouts.idle_ms = Some(30_000));
    /// ```
    pub fn with(mut self, edit: impl FnOnce(&mut model::Rule)) -> Self {
        edit(&mut self.model);
        self
    }

    fn rewrite_path(self, path: PathRewrite) -> Self {
        self.filter(Filter::Rewrite(Rewrite {
            path: Some(path),
            ..Rewrite::default()
        }))
    }

    fn edit(&mut self, verb: HeaderVerb, name: &str, value: &str) -> HeaderEdit {
        HeaderEdit {
            verb,
            // A header's name has no case; the model's is lower.
            name: name.to_ascii_lowercase(),
            value: self.format(value),
        }
    }

    fn format(&mut self, text: &str) -> Format {
        value::format(text, &mut self.faults)
    }
}

/// A rule of the model.
impl From<model::Rule> for Rule {
    fn from(model: model::Rule) -> Self {
        Self {
            model,
            faults: Vec::new(),
            stages: Vec::new(),
        }
    }
}
