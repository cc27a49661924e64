//! How each vocabulary asks for the token that a call carries: what a message advises, and what a fix writes.

/// In whose words a call, a grant or a stored value is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wording {
    /// A command with flags.
    Command,
    /// Blocks of Terraform's Google provider.
    Terraform,
    /// A module of Ansible's collection `google.cloud`.
    Module,
    /// An object of Config Connector.
    Object,
    /// A step of Google Workflows.
    Workflow,
    /// A back end of an API gateway, which asks for ID tokens alone.
    Gateway,
    /// The libraries of Python.
    Python,
    /// The libraries of Node.js.
    JavaScript,
    /// The libraries of Go.
    Go,
    /// The configuration of the project.
    Declared,
}

/// The names of what asks for tokens. Sources: `gcloud scheduler jobs create http --help`; Terraform's
/// `google_cloud_scheduler_job`; Ansible's `gcp_cloudscheduler_job`;
/// Config Connector's `CloudSchedulerJob`;
/// <https://cloud.google.com/workflows/docs/authenticate-from-workflow>;
/// <https://docs.cloud.google.com/api-gateway/docs/oasv2-extensions>; all checked 2026-11-21.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// What asks for an ID token.
    pub id_token: &'static str,
    /// What asks for an access token.
    pub access_token: &'static str,
    /// What gives the audience of an ID token.
    pub audience: &'static str,
    /// What gives the scope of an access token.
    pub scope: &'static str,
}

impl Wording {
    /// The names in this vocabulary.
    pub fn names(self) -> Names {
        let names = |id_token, access_token, audience, scope| Names { id_token, access_token, audience, scope };
        match self {
            Self::Command | Self::Declared => names(
                "--oidc-service-account-email",
                "--oauth-service-account-email",
                "--oidc-token-audience",
                "--oauth-token-scope",
            ),
            Self::Terraform | Self::Module | Self::Python => names("oidc_token", "oauth_token", "audience", "scope"),
            Self::Object | Self::JavaScript => names("oidcToken", "oauthToken", "audience", "scope"),
            Self::Workflow => names("OIDC", "OAuth2", "audience", "scopes"),
            Self::Gateway => names("jwt_audience", "", "jwt_audience", ""),
            Self::Go => names("OidcToken", "OAuthToken", "Audience", "Scope"),
        }
    }

    /// What to write for an ID token of an account.
    pub fn asks_id_token(self, account: &str) -> String {
        self.asks(self.names().id_token, account)
    }

    /// What to write for an access token of an account.
    pub fn asks_access_token(self, account: &str) -> String {
        self.asks(self.names().access_token, account)
    }

    /// How a program or script comes by an access token that it sends itself.
    pub fn gets_access_token(self) -> &'static str {
        match self {
            Self::Python => "`google.auth.default()` with `google.auth.transport.requests.AuthorizedSession`",
            Self::JavaScript => "`new GoogleAuth({ scopes })` and the `request` of its client",
            Self::Go => "`google.DefaultClient(ctx, scopes)`",
            _ => "`gcloud auth print-access-token`",
        }
    }

    /// How a program or script comes by an ID token that it sends itself.
    pub fn gets_id_token(self) -> &'static str {
        match self {
            Self::Python => "`google.oauth2.id_token.fetch_id_token(request, audience)`",
            Self::JavaScript => "`auth.getIdTokenClient(audience)` and its `request`",
            Self::Go => "`idtoken.NewClient(ctx, audience)`",
            _ => "`gcloud auth print-identity-token`, or `…/identity?audience=URL` of the metadata server",
        }
    }

    fn asks(self, name: &str, account: &str) -> String {
        match self {
            Self::Command | Self::Declared => format!("`{name}={account}`"),
            Self::Terraform => format!("`{name} {{ service_account_email = … }}` for `{account}`"),
            Self::Module | Self::Python => format!("`{name}` with the `service_account_email` `{account}`"),
            Self::JavaScript => format!("`{name}` with the `serviceAccountEmail` `{account}`"),
            Self::Go => format!("an `AuthorizationHeader` with an `{name}` for `{account}`"),
            Self::Object => format!("`{name}` for the account `{account}`"),
            Self::Workflow => format!("`auth: {{ type: {name} }}`"),
            Self::Gateway => format!("`{name}`"),
        }
    }
}
