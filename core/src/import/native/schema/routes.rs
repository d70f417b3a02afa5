//! Routes and rules.

use crate::import::schema::{Field, NO_LIMIT, Named, Object, Schema, exactly_one, int, list, map};

use super::actions::{REDIRECT, REFERENCE, RESPOND, TARGET};
use super::filters::filter_fields;
use super::gateways::{HOSTS, NAME};
use super::matches::MATCH;
use super::policies::{HASH_KEY, RETRY, SESSION, TIMEOUTS};
use super::values::TEXT;

/// How many gateways, listeners or stages a route names.
pub const REFERENCES: u32 = 256;

static ONE_REFERENCE: Schema = REFERENCE;
static NAMES: Schema = NAME;
static RULES: Schema = Schema::Named(&RULE);
static TARGETS: Schema = Schema::Named(&TARGET);
static MATCHES: Schema = Schema::Named(&MATCH);
static MATCH_OR_MATCHES: [Schema; 2] = [Schema::Named(&MATCH), list(1, NO_LIMIT, &MATCHES)];
static HASH_KEYS: Schema = Schema::Named(&HASH_KEY);

/// A route.
pub static ROUTE: Named = Named {
    name: "route",
    about: "Rules under hosts.",
    schema: Schema::Object(&Object::closed(&[
        Field::required("name", NAME).about("Its name."),
        Field::optional("namespace", TEXT).about("Its namespace."),
        Field::optional("created", Schema::IntOrStr)
            .about("When it was made: seconds since 1970, or a time such as `2026-01-31T12:00:00Z`. Orders that count age need it."),
        Field::optional("hosts", list(1, NO_LIMIT, &HOSTS))
            .about("Hosts that it answers to; any, where it is not written."),
        Field::optional("gateways", list(1, REFERENCES, &ONE_REFERENCE))
            .about("Gateways that it is reached through, `name` or `namespace/name`. Without `gateways` and `stages` it is every gateway."),
        Field::optional("listeners", list(1, REFERENCES, &NAMES))
            .about("Listeners of these gateways, by name. Without it, all of them that speak HTTP."),
        Field::optional("stages", list(1, REFERENCES, &ONE_REFERENCE))
            .about("Stages that it is part of."),
        Field::required("rules", list(0, NO_LIMIT, &RULES)).about("Its rules."),
    ])),
};

/// A rule.
pub static RULE: Named = Named {
    name: "rule",
    about: "Matches, changes and an action: the thing that wins.",
    schema: Schema::Object(&Object::closed(RULE_FIELDS).choosing(&[exactly_one(&[
        "backend", "backends", "stage", "redirect", "respond",
    ])])),
};

const RULE_FIELDS: &[Field] = filter_fields![
    Field::optional("name", NAME).about("Its name."),
    Field::optional("priority", int(i64::MIN, i64::MAX))
        .about("A number; lower comes first, in the orders `specific` and `app-mesh`."),
    Field::optional(
        "match",
        Schema::Union(&MATCH_OR_MATCHES),
    )
    .about("What it asks of a request; of a list, any. Without it, nothing."),
    Field::optional("backend", Schema::Named(&TARGET)).about("Where the request goes."),
    Field::optional("backends", list(0, NO_LIMIT, &TARGETS))
        .about("Where the request goes, by weight. An empty list answers 500."),
    Field::optional("stage", REFERENCE).about("The stage that goes on; short for `backend: {stage: …}`."),
    Field::optional("redirect", Schema::Named(&REDIRECT)).about("Answers with another address."),
    Field::optional("respond", Schema::Named(&RESPOND)).about("Answers itself."),
    Field::optional("timeouts", Schema::Named(&TIMEOUTS)).about("How long it may take."),
    Field::optional("retry", Schema::Named(&RETRY)).about("When it is tried again."),
    Field::optional("session", Schema::Named(&SESSION)).about("How a client is kept at one backend."),
    Field::optional("sticky", list(0, NO_LIMIT, &HASH_KEYS))
        .about("What chooses among the backends by weight in place of chance, so that alike requests go to one."),
    Field::optional("hash", list(0, NO_LIMIT, &HASH_KEYS))
        .about("What a proxy's load balancer chooses an endpoint by."),
    Field::optional("metadata", map(NO_LIMIT, &Schema::Any))
        .about("Facts that travel with the decision and mean nothing to the engine."),
];
