//! Why a delivery is refused.

use http::StatusCode;

/// Why a delivery is refused. No sentence shows the secret, a signature or a value of the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is larger than its source is let to send.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The most, in bytes.
        limit: usize,
    },
    /// It has no signature.
    #[error("the delivery has no signature in `{header}`; give the webhook a secret at its sender")]
    Unsigned {
        /// The header that would carry it.
        header: &'static str,
    },
    /// No signature is that of the secret.
    #[error(
        "the signature in `{header}` is wrong; give the webhook the same secret here and at its sender"
    )]
    Forged {
        /// The header that carries it.
        header: &'static str,
    },
    /// The body is no JSON object: what is wrong.
    #[error(
        "the body is no JSON object: {0}; set the webhook's content type to `application/json`"
    )]
    NotJson(String),
    /// A header or a member of the body is missing or of the wrong kind.
    #[error("`{field}` {problem}")]
    Field {
        /// Name of the header, or path of the member, for example `pull_request.head.sha`.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Refused {
    /// The status to answer with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unsigned { .. } | Self::Forged { .. } => StatusCode::UNAUTHORIZED,
            Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The header or member that is wrong; none if it is something else.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Field { field, .. } => Some(field),
            _ => None,
        }
    }
}
