//! What a rule asks of a request.

use alloc::string::String;
use alloc::vec::Vec;

use super::{BuildFaultKind, Rule, Share, location};
use crate::model::{
    Action, Cidr, Fact, FactMatch, HeaderMatch, PathMatch, Predicate, QueryMatch, Redirect,
    Respond, RouteMatch, Scheme, StageId, Target, ValueMatch, WeightedTarget,
};

/// What a rule asks of a request: one or several matches, any of which must hold.
///
/// A call adds to each of the matches there are, so that it reads from left to right:
/// `path("/a").or(path("/b")).method("GET")` asks for the method of both.
#[derive(Clone, Debug)]
#[must_use]
pub struct Match {
    matches: Vec<RouteMatch>,
    faults: Vec<BuildFaultKind>,
}

/// Any path.
///
/// ```
/// use fingerpost::builder::any;
///
/// let rule = any().respond(404);
/// ```
pub fn any() -> Match {
    matching(PathMatch::Any)
}

/// This whole path. `{id}` takes a segment or a part of one and `{rest=**}` any run of
/// bytes, and what they take can be used in rewrites and headers; `*` and `**` do
/// the same without a name. See [`PathMatch::Template`].
///
/// ```
/// use fingerpost::builder::path;
///
/// let rule = path("/users/{id}").to("users").rewrite("/v2/users/{id}");
/// ```
pub fn path(path: impl Into<String>) -> Match {
    let path = path.into();
    let is_plain = !path.contains(['{', '}', '*']);
    matching(match is_plain {
        true => PathMatch::Exact(path),
        false => PathMatch::Template(path),
    })
}

/// Paths that begin with these segments: `/cart` takes `/cart`, `/cart/` and
/// `/cart/42`, never `/cartoon`.
///
/// ```
/// use fingerpost::builder::segments;
///
/// let rule = segments("/cart").to("cart");
/// ```
pub fn segments(prefix: impl Into<String>) -> Match {
    matching(PathMatch::Segments(prefix.into()))
}

/// A path of any kind that the model has.
///
/// ```
/// use fingerpost::builder::matching;
/// use fingerpost::model::PathMatch;
///
/// let rule = matching(PathMatch::Suffix(".jpg".into())).to("images");
/// ```
pub fn matching(path: PathMatch) -> Match {
    RouteMatch {
        path,
        ..RouteMatch::default()
    }
    .into()
}

impl Match {
    /// Takes what `other` takes, too.
    ///
    /// ```
    /// use fingerpost::builder::{path, segments};
    ///
    /// let rule = path("/basket").or(segments("/cart").method("GET")).to("cart");
    /// ```
    pub fn or(mut self, other: Self) -> Self {
        self.matches.extend(other.matches);
        self.faults.extend(other.faults);
        self
    }

    /// Asks for a method. Called again, for one of them.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/cart").method("GET").method("HEAD").to("cart-cache");
    /// ```
    pub fn method(self, method: &str) -> Self {
        self.each(|one| one.methods.push(String::from(method)))
    }

    /// Asks for a scheme.
    ///
    /// ```
    /// use fingerpost::Scheme;
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().scheme(Scheme::Http).redirect(301, "https://shop.example");
    /// ```
    pub fn scheme(self, scheme: Scheme) -> Self {
        self.each(|one| one.scheme = Some(scheme))
    }

    /// Asks for a header: a text it is, byte for byte, or another [`ValueMatch`]. Of a
    /// repeated header, all values count, joined with commas.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::ValueMatch;
    ///
    /// let rule = any()
    ///     .header("x-env", "canary")
    ///     .header("user-agent", ValueMatch::Prefix("curl/".into()))
    ///     .to("canary");
    /// ```
    pub fn header(self, name: &str, value: impl Into<ValueMatch>) -> Self {
        // Names are compared in lower case, and a header's name has no case.
        self.header_match(HeaderMatch::new(name.to_ascii_lowercase(), value.into()))
    }

    /// Asks that a header is missing.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().without_header("authorization").respond(401);
    /// ```
    pub fn without_header(self, name: &str) -> Self {
        let present = HeaderMatch::new(name.to_ascii_lowercase(), ValueMatch::Present);
        self.header_match(HeaderMatch {
            invert: true,
            missing_matches: true,
            ..present
        })
    }

    /// Adds a header predicate of the model: without regard to case, inverted, on
    /// every value.
    ///
    /// ```
    /// use fingerpost::RepeatedValues;
    /// use fingerpost::builder::any;
    /// use fingerpost::model::HeaderMatch;
    ///
    /// let header = HeaderMatch {
    ///     repeated: RepeatedValues::Any,
    ///     ..HeaderMatch::new("x-tag", "beta".into())
    /// };
    /// let rule = any().header_match(header).to("beta");
    /// ```
    #[allow(clippy::needless_pass_by_value)] // taken as every part of a rule is
    pub fn header_match(self, header: HeaderMatch) -> Self {
        self.each(|one| one.headers.push(header.clone()))
    }

    /// Asks for a query parameter, percent-decoded: a text it is, or another
    /// [`ValueMatch`]. Of a repeated parameter the first counts.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/search").query("lang", "de").to("search-de");
    /// ```
    pub fn query(self, name: &str, value: impl Into<ValueMatch>) -> Self {
        self.query_match(QueryMatch::new(name, value.into()))
    }

    /// Adds a query parameter predicate of the model.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::QueryMatch;
    ///
    /// let raw = QueryMatch { raw: true, ..QueryMatch::new("q", "a%2Fb".into()) };
    /// let rule = any().query_match(raw).to("search");
    /// ```
    #[allow(clippy::needless_pass_by_value)] // taken as every part of a rule is
    pub fn query_match(self, query: QueryMatch) -> Self {
        self.each(|one| one.query.push(query.clone()))
    }

    /// Asks for a cookie: a text it is, or another [`ValueMatch`].
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().cookie("beta", "1").to("beta");
    /// ```
    pub fn cookie(self, name: &str, value: impl Into<ValueMatch>) -> Self {
        self.fact(Fact::Cookie(String::from(name)), value)
    }

    /// Asks for a fact that only the caller knows; see
    /// [`Request::with_attributes`](crate::Request::with_attributes).
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().attribute("jwt.sub", "alice").to("alice");
    /// ```
    pub fn attribute(self, name: &str, value: impl Into<ValueMatch>) -> Self {
        self.fact(Fact::Attribute(String::from(name)), value)
    }

    /// Asks for a fact of the request. Of several values any may match.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::Fact;
    ///
    /// let rule = any().fact(Fact::Sni, "shop.example").to("shop");
    /// ```
    pub fn fact(self, fact: Fact, value: impl Into<ValueMatch>) -> Self {
        self.predicate(FactMatch::new(fact, value.into()))
    }

    /// Asks that the client's address is in a range: `10.0.0.0/8`, or one address.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/admin").source("10.0.0.0/8").to("admin");
    /// ```
    pub fn source(mut self, range: &str) -> Self {
        match range.parse::<Cidr>() {
            Ok(range) => self.fact(Fact::SourceIp, ValueMatch::Cidr(Vec::from([range]))),
            Err(error) => {
                let text = String::from(range);
                self.faults.push(BuildFaultKind::Cidr { text, error });
                self
            }
        }
    }

    /// Takes a share of the requests, by
    /// [`Request::with_random`](crate::Request::with_random). A denominator of 0
    /// counts as 1.
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().fraction(5, 100).to("canary");
    /// ```
    pub fn fraction(self, numerator: u32, denominator: u32) -> Self {
        self.predicate(Predicate::fraction(numerator, denominator))
    }

    /// Takes only gRPC requests.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/shop.Cart").grpc().to("cart");
    /// ```
    pub fn grpc(self) -> Self {
        self.each(|one| one.grpc_only = true)
    }

    /// Takes the path without regard to the case of ASCII letters.
    ///
    /// ```
    /// use fingerpost::builder::path;
    ///
    /// let rule = path("/readme").ignore_case().to("docs");
    /// ```
    pub fn ignore_case(self) -> Self {
        self.each(|one| one.path_ignore_case = true)
    }

    /// Adds a predicate of the model: nested, OR, NOT.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::{Fact, FactMatch, Predicate};
    ///
    /// let staff = Predicate::any([
    ///     Predicate::fact(FactMatch::new(Fact::Attribute("role".into()), "staff".into())),
    ///     Predicate::fact(FactMatch::new(Fact::Cookie("staff".into()), "1".into())),
    /// ]);
    /// let rule = any().predicate(Predicate::negated(staff)).respond(403);
    /// ```
    pub fn predicate(self, predicate: impl Into<Predicate>) -> Self {
        let predicate = predicate.into();
        self.each(|one| one.predicates.push(predicate.clone()))
    }

    /// Changes each of the model's matches, for what no call here says.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/a%2Fb").with(|one| one.path_raw = true).to("raw");
    /// ```
    pub fn with(self, edit: impl FnMut(&mut RouteMatch)) -> Self {
        self.each(edit)
    }

    /// Sends the request to a backend: `cart`, `cart:8080`, `shop/cart:8080`, or a
    /// value of the model; see [`Share`].
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/cart").to("cart:8080");
    /// ```
    pub fn to(self, share: impl Into<Share>) -> Rule {
        self.split([share])
    }

    /// Sends the request to one of several targets, by weight; at least one must have a
    /// weight above 0.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/cart").split([("cart-v1:8080", 9), ("cart-v2:8080", 1)]);
    /// ```
    pub fn split<S: Into<Share>>(mut self, shares: impl IntoIterator<Item = S>) -> Rule {
        let mut targets = Vec::new();
        for share in shares {
            match share.into().0 {
                Ok(target) => targets.push(target),
                Err(fault) => self.faults.push(fault),
            }
        }
        // A text that names no backend is a fault already.
        if targets.is_empty() && self.faults.is_empty() {
            self.faults.push(BuildFaultKind::NoWeight);
        }
        self.action(Action::Forward(targets))
    }

    /// Hands the request on to the stage of this name; see
    /// [`Routes::stage`](super::Routes::stage).
    ///
    /// ```
    /// use fingerpost::builder::segments;
    ///
    /// let rule = segments("/api").to_stage("api");
    /// ```
    pub fn to_stage(self, name: impl Into<String>) -> Rule {
        let target = Target::Stage {
            // The routes it stands in know the number.
            stage: StageId(u32::MAX),
            metadata: Vec::new(),
        };
        let mut rule = self.action(Action::Forward(Vec::from([WeightedTarget::new(target, 1)])));
        rule.stages.push((0, name.into()));
        rule
    }

    /// Answers with another address: `[scheme://host[:port]][/path][?query]`. Parts
    /// that are not there keep the request's; host, path and query may have holes. The
    /// status is 300 to 303, 307 or 308.
    ///
    /// ```
    /// use fingerpost::builder::path;
    ///
    /// let rule = path("/u/{id}").redirect(308, "https://www.shop.example/users/{id}");
    /// ```
    pub fn redirect(mut self, status: u16, to: &str) -> Rule {
        let redirect = location::read(status, to, &mut self.faults);
        self.redirect_with(redirect)
    }

    /// Answers with another address, as the model says it.
    ///
    /// ```
    /// use fingerpost::builder::segments;
    /// use fingerpost::model::{PathRewrite, PrefixJoin, Redirect};
    ///
    /// let rule = segments("/old").redirect_with(Redirect {
    ///     path: Some(PathRewrite::Prefix {
    ///         replacement: "/new".into(),
    ///         join: PrefixJoin::Segments,
    ///     }),
    ///     status: 301,
    ///     ..Redirect::default()
    /// });
    /// ```
    pub fn redirect_with(self, redirect: Redirect) -> Rule {
        self.action(Action::Redirect(redirect))
    }

    /// Answers itself, with a status from 200 to 599 and no body; see [`Rule::body`].
    ///
    /// ```
    /// use fingerpost::builder::any;
    ///
    /// let rule = any().respond(404).body("there is no such page");
    /// ```
    pub fn respond(self, status: u16) -> Rule {
        self.action(Action::Respond(Respond {
            status,
            ..Respond::default()
        }))
    }

    /// Does what an action of the model says.
    ///
    /// ```
    /// use fingerpost::builder::any;
    /// use fingerpost::model::Action;
    ///
    /// let rule = any().action(Action::Forward(vec![]));
    /// ```
    pub fn action(self, action: Action) -> Rule {
        let mut rule = Rule::from(crate::model::Rule::new(action));
        rule.model.matches = self.matches;
        rule.faults = self.faults;
        rule
    }

    fn each(mut self, edit: impl FnMut(&mut RouteMatch)) -> Self {
        self.matches.iter_mut().for_each(edit);
        self
    }
}

/// One match of the model.
impl From<RouteMatch> for Match {
    fn from(one: RouteMatch) -> Self {
        Self {
            matches: Vec::from([one]),
            faults: Vec::new(),
        }
    }
}
