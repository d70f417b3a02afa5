//! What a value must be: of a header, a parameter, a cookie, an address, a port.

use crate::import::schema::{
    Choice, Field, NO_LIMIT, Named, Object, Schema, exactly_one, int, list, mended, one_of,
    pattern, text,
};

use super::patterns;

/// Any text.
pub(super) static TEXT: Schema = text(0, NO_LIMIT);
/// Texts of which a value is to be one: of none it can be none.
pub(super) static TEXTS: Schema = list(1, NO_LIMIT, &TEXT);
/// Text that is not empty.
pub(super) static SOME_TEXT: Schema = text(1, NO_LIMIT);
static NUMBERS: Schema = list(1, NO_LIMIT, &Schema::IntOrStr);
const PORT_TEXT: Schema = pattern(1, NO_LIMIT, &patterns::PORT);
static PORTS: Schema = Schema::Union(&[int(1, 65_535), PORT_TEXT]);
const VERSION_TEXT: Schema = mended(
    pattern(1, NO_LIMIT, &patterns::VERSION),
    patterns::mend_version,
);
static VERSIONS: Schema = Schema::Union(&[int(1, 3), VERSION_TEXT]);

/// The kinds of tests; one of them stands.
const KINDS: &[&str] = &[
    "exact",
    "prefix",
    "suffix",
    "contains",
    "in",
    "glob",
    "regex",
    "regex_start",
    "regex_search",
    "cidr",
    "present",
    "range",
];

static ONE_KIND: &[Choice] = &[exactly_one(KINDS)];
static ONE_KIND_OR_SEGMENTS: &[Choice] = &[exactly_one(&[
    "segments",
    "exact",
    "prefix",
    "suffix",
    "contains",
    "in",
    "glob",
    "regex",
    "regex_start",
    "regex_search",
    "cidr",
    "present",
    "range",
])];

/// The fields of a test, and more.
macro_rules! test_fields {
    ($($more:expr),* $(,)?) => {
        &[
            Field::optional("exact", TEXT).about("Byte for byte this text."),
            Field::optional("prefix", TEXT).about("Begins with this text."),
            Field::optional("suffix", TEXT).about("Ends with this text."),
            Field::optional("contains", TEXT).about("Holds this text anywhere."),
            Field::optional("in", NUMBERS).about("One of these texts, byte for byte."),
            Field::optional("glob", TEXT)
                .about("`*` stands for any run of bytes, `?` for one byte."),
            Field::optional("regex", TEXT)
                .about("A regular expression over the whole value: `^…$` is implied."),
            Field::optional("regex_start", TEXT)
                .about("A regular expression that matches from the beginning of the value."),
            Field::optional("regex_search", TEXT)
                .about("A regular expression that matches somewhere in the value."),
            Field::optional("cidr", Schema::Union(&[SOME_TEXT, list(1, NO_LIMIT, &SOME_TEXT)]))
                .about("An address in one of these ranges: `10.0.0.0/8`, `2001:db8::/32`."),
            Field::optional("present", Schema::Bool)
                .about("`true`: there is a value, be it empty. `false`: there is none."),
            Field::optional("range", Schema::Object(&RANGE))
                .about("A decimal integer from `start` up to, but not with, `end`."),
            $($more),*
        ]
    };
}

/// The fields of a test that may be turned round, and more.
macro_rules! value_fields {
    ($($more:expr),* $(,)?) => {
        test_fields![
            Field::optional("ignore_case", Schema::Bool)
                .default("false")
                .about("Whether ASCII letters match without regard to case."),
            Field::optional("invert", Schema::Bool)
                .default("false")
                .about("Whether the test holds where the value does not match."),
            Field::optional("missing_matches", Schema::Bool)
                .about("What a request without the value gives. As `invert` unless it is written."),
            Field::optional("repeated", one_of(&["joined", "any", "all", "first"]))
                .about("What counts of several values: all of them joined with `,` (headers, unless it is written), the first (query parameters), any (everything else), or every one."),
            $($more),*
        ]
    };
}

static RANGE: Object = Object::closed(&[
    Field::required("start", int(i64::MIN, i64::MAX)).about("First integer taken."),
    Field::required("end", int(i64::MIN, i64::MAX)).about("First integer no longer taken."),
]);

/// A test without ways to turn it round.
pub static TEST: Named = Named {
    name: "test",
    about: "What a text must be. A text alone is `exact`, a list `in`.",
    schema: Schema::Union(&[TEXT, TEXTS, Schema::Object(&TEST_FIELDS)]),
};
pub(super) static TEST_FIELDS: Object = Object::closed(test_fields![]).choosing(ONE_KIND);

/// The test of a value.
pub static VALUE: Named = Named {
    name: "value",
    about: "What a value must be. A text alone is `exact`, a list `in`.",
    schema: Schema::Union(&[TEXT, TEXTS, Schema::Object(&VALUE_FIELDS)]),
};
static VALUE_FIELDS: Object = Object::closed(value_fields![]).choosing(ONE_KIND);

/// The test of a port.
pub static PORT_VALUE: Named = Named {
    name: "port_value",
    about: "What a port must be. A number alone is `exact`, a list `in`.",
    schema: Schema::Union(&[
        int(1, 65_535),
        PORT_TEXT,
        list(1, NO_LIMIT, &PORTS),
        Schema::Object(&VALUE_FIELDS),
    ]),
};

/// The test of an HTTP version.
pub static VERSION_VALUE: Named = Named {
    name: "version_value",
    about: "What the HTTP version must be. A number alone is `exact`, a list `in`.",
    schema: Schema::Union(&[
        int(1, 3),
        VERSION_TEXT,
        list(1, NO_LIMIT, &VERSIONS),
        Schema::Object(&VALUE_FIELDS),
    ]),
};

/// The test of an address.
pub static ADDRESS: Named = Named {
    name: "address",
    about: "What an address must be. A text or list alone is `cidr`: ranges, one of which holds it.",
    schema: Schema::Union(&[
        SOME_TEXT,
        list(1, NO_LIMIT, &SOME_TEXT),
        Schema::Object(&VALUE_FIELDS),
    ]),
};

/// The test of a query parameter.
pub static PARAMETER: Named = Named {
    name: "parameter",
    about: "What a query parameter must be. A text alone is `exact`, a list `in`.",
    schema: Schema::Union(&[TEXT, TEXTS, Schema::Object(&PARAMETER_FIELDS)]),
};
static PARAMETER_FIELDS: Object = Object::closed(value_fields![
    Field::optional("raw", Schema::Bool)
        .default("false")
        .about("Whether name and value are compared as they came rather than percent-decoded.")
])
.choosing(ONE_KIND);

/// The test of a path within `all`, `any` and `not`.
pub static PATH_VALUE: Named = Named {
    name: "path_value",
    about: "What the path must be, within `all`, `any` and `not`. There are no templates here, and `*` in a `glob` stands for slashes too.",
    schema: Schema::Object(&PATH_VALUE_FIELDS),
};
static PATH_VALUE_FIELDS: Object = Object::closed(value_fields![
    Field::optional("segments", super::paths::ROOTED_TEXT)
        .about("This path, and what is below it.")
])
.choosing(ONE_KIND_OR_SEGMENTS);
