//! What a path must be.

use crate::import::schema::{
    Field, NO_LIMIT, Named, Object, Schema, exactly_one, mended, pattern, text,
};

use super::patterns;
use super::values::TEST;

pub(super) const ROOTED_TEXT: Schema =
    mended(pattern(1, NO_LIMIT, &patterns::ROOTED), patterns::mend_path);
const PATH_TEXT: Schema = mended(pattern(1, NO_LIMIT, &patterns::PATH), patterns::mend_path);
const GLOB_TEXT: Schema = mended(pattern(1, NO_LIMIT, &patterns::GLOB), patterns::mend_path);
const ANY_TEXT: Schema = text(0, NO_LIMIT);

/// The test of a path.
pub static PATH: Named = Named {
    name: "path",
    about: "What the path must be. A text alone is `template`, which without holes is an exact path.",
    schema: Schema::Union(&[ROOTED_TEXT, Schema::Object(&FIELDS)]),
};

static FIELDS: Object = Object::closed(&[
    Field::optional("exact", PATH_TEXT).about("Byte for byte this path."),
    Field::optional("segments", ROOTED_TEXT)
        .about("This path, and what is below it: `/a` takes `/a`, `/a/` and `/a/b`, never `/ab`."),
    Field::optional("prefix", ROOTED_TEXT)
        .about("Begins with this text: `/a` takes `/a`, `/a/b` and `/ab`."),
    Field::optional("suffix", ANY_TEXT).about("Ends with this text."),
    Field::optional("contains", ANY_TEXT).about("Holds this text anywhere."),
    Field::optional("glob", GLOB_TEXT).about(
        "`*` stands for any run of bytes in a segment, `?` for one, `**` for any run of segments.",
    ),
    Field::optional("template", ROOTED_TEXT)
        .about("A path with captures: `/users/{id}/files/{rest=**}`."),
    Field::optional("regex", ANY_TEXT)
        .about("A regular expression over the whole path: `^…$` is implied. Groups are captures."),
    Field::optional("regex_start", ANY_TEXT)
        .about("A regular expression that matches from the beginning of the path."),
    Field::optional("regex_search", ANY_TEXT)
        .about("A regular expression that matches somewhere in the path."),
    Field::optional("grpc", Schema::Object(&GRPC)).about(
        "A gRPC service and method. Takes only gRPC requests unless `grpc_only: false` is written.",
    ),
    Field::optional("ignore_case", Schema::Bool)
        .default("false")
        .about("Whether ASCII letters match without regard to case."),
    Field::optional("raw", Schema::Bool)
        .default("false")
        .about("Whether the path is compared as it came rather than in its canonical form."),
])
.choosing(&[exactly_one(&[
    "exact",
    "segments",
    "prefix",
    "suffix",
    "contains",
    "glob",
    "template",
    "regex",
    "regex_start",
    "regex_search",
    "grpc",
])]);

static GRPC: Object = Object::closed(&[
    Field::optional("service", Schema::Named(&TEST)).about("The full name, `package.Service`."),
    Field::optional("method", Schema::Named(&TEST)).about("The method's name."),
]);
