//! The dialects there are importers for.

use core::fmt;

/// The language that a manifest is written in.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Dialect {
    /// Kubernetes Gateway API.
    GatewayApi,
    /// AWS App Mesh: its Kubernetes objects and its API's JSON.
    AppMesh,
    /// The engine's own format: `fingerpost: v1` documents.
    Native,
}

impl Dialect {
    /// Every dialect, in the order in which importers run.
    pub const ALL: &[Self] = &[Self::GatewayApi, Self::AppMesh, Self::Native];

    /// The name, as `--dialect` takes it: `gateway-api`, `app-mesh`, `native`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GatewayApi => "gateway-api",
            Self::AppMesh => "app-mesh",
            Self::Native => "native",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no dialect's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a dialect")
    }
}

impl core::error::Error for UnknownDialect {}

impl core::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .iter()
            .copied()
            .find(|dialect| dialect.as_str() == text)
            .ok_or(UnknownDialect)
    }
}
