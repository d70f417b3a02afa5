//! Every diagnostic code, a file for each hundred.
//!
//! | range | file | about |
//! |---|---|---|
//! | FP00xx–FP09xx | | kept for lint findings; none yet |
//! | FP10xx | `read.rs` | reading files: YAML, JSON, limits |
//! | FP11xx | `schema.rs` | fields: unknown, missing, of the wrong type, out of limits |
//! | FP12xx | `request.rs` | requests given as JSON or on the command line |
//! | FP13xx, FP14xx | `gateway_api.rs` | Gateway API: rules beyond the schema; attachment and references |
//! | FP15xx | `app_mesh.rs` | App Mesh |
//! | FP16xx | `compile.rs` | compiling: regexes, limits |
//! | FP17xx | `cli.rs` | files, snapshots and the command line |
//! | FP18xx | `native.rs` | the native format |

pub mod app_mesh;
pub mod cli;
pub mod compile;
pub mod gateway_api;
pub mod native;
pub mod read;
pub mod request;
pub mod schema;

use super::Code;

/// What a code stands for.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The number.
    pub code: Code,
    /// What it says, in a few words.
    pub title: &'static str,
}

/// Every code there is, in order of number.
pub fn all() -> impl Iterator<Item = CodeInfo> {
    [
        read::ALL,
        schema::ALL,
        request::ALL,
        gateway_api::ALL,
        app_mesh::ALL,
        compile::ALL,
        cli::ALL,
        native::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Declares codes: a constant for each, and the list `ALL`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $title:literal;)*) => {
        $(
            #[doc = $title]
            $(#[$doc])*
            pub const $name: $crate::diagnostic::Code = $crate::diagnostic::Code($number);
        )*
        /// The codes of this file, in order of number.
        pub const ALL: &[$crate::diagnostic::codes::CodeInfo] = &[
            $($crate::diagnostic::codes::CodeInfo { code: $name, title: $title },)*
        ];
    };
}
pub(crate) use codes;
