//! The schema of a `fingerpost: v1` document.
//!
//! One declaration serves three readers: it validates documents, it is written out as
//! JSON Schema for editors (`docs/fingerpost-v1.schema.json`), and its descriptions
//! are the table of fields in `docs/dialects/native.md`. Shapes that people meet under
//! a name of their own are [`Named`].

pub mod actions;
pub mod filters;
pub mod gateways;
pub mod matches;
pub mod paths;
pub(super) mod patterns;
pub mod policies;
pub mod routes;
pub mod values;

use crate::import::schema::{Field, NO_LIMIT, Named, Object, Schema, list, one_of};

use gateways::{GATEWAY, HEADER_RULES, NAME, NORMALIZATION, STAGE, order_fields};
use routes::ROUTE;
use values::TEXT;

/// Where the JSON Schema is published.
pub const ID: &str =
    "https://raw.githubusercontent.com/fingerpost/fingerpost/main/docs/fingerpost-v1.schema.json";

/// A whole document.
pub static DOCUMENT: Named = Named {
    name: "document",
    about: "A fingerpost: v1 document: gateways, stages and routes.",
    schema: Schema::Object(&Object::closed(FIELDS)),
};

const FIELDS: &[Field] = order_fields![
    Field::required("fingerpost", one_of(&["v1"])).about("The version of the format."),
    Field::optional("$schema", TEXT).about("The address of this schema, for editors."),
    Field::optional("name", NAME).about("What messages call the document."),
    Field::optional("namespace", TEXT)
        .default("\"\"")
        .about("The namespace of gateways, stages and routes that do not say."),
    Field::optional("normalization", Schema::Named(&NORMALIZATION))
        .about("How a path is made canonical. `merge-slashes` unless it is written."),
    Field::optional("header_rules", Schema::Named(&HEADER_RULES))
        .about("What is done to headers first."),
    Field::optional("gateways", list(1, NO_LIMIT, &GATEWAYS))
        .about("Where requests come in. Where no document has any, there is one, `default`, which takes everything."),
    Field::optional("stages", list(0, NO_LIMIT, &STAGES))
        .about("Sets of routes that rules can lead to."),
    Field::optional("routes", list(0, NO_LIMIT, &ROUTES)).about("Routes."),
];
static GATEWAYS: Schema = Schema::Named(&GATEWAY);
static STAGES: Schema = Schema::Named(&STAGE);
static ROUTES: Schema = Schema::Named(&ROUTE);
