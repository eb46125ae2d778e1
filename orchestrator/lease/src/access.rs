//! The scopes of access to a lease: what its tenant can share with others.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How much a grant allows. Each scope includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Usage, demand and the manifest.
    View,
    /// Also the containers' logs.
    Logs,
    /// Also shells in the containers.
    Shell,
}

impl Scope {
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Logs => "logs",
            Self::Shell => "shell",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no scope: it is view, logs or shell, each with what those before it allow")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::View, Self::Logs, Self::Shell]
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_ordered_and_read_as_they_are_written() {
        assert!(Scope::View < Scope::Logs && Scope::Logs < Scope::Shell);
        for scope in [Scope::View, Scope::Logs, Scope::Shell] {
            assert_eq!(scope.to_string().parse::<Scope>().ok(), Some(scope));
        }
        assert!("root".parse::<Scope>().is_err());
    }
}
