//! Members as people write them: what is found, and above all what is not.

use super::FaultKind::{self, *};
use super::{MemberFault, account_fault, fault};
use crate::value::tests::value;
use crate::value::{Piece, Value};

fn of(member: &str) -> Option<MemberFault> {
    fault(&value(member))
}

/// Kind, wrong part, and the whole as it should be.
fn said(member: &str) -> Option<(FaultKind, String, Option<String>)> {
    of(member).map(|fault| (fault.kind, fault.wrong, fault.corrected))
}

fn finds(kind: FaultKind, member: &str, wrong: &str, corrected: Option<&str>) {
    assert_eq!(said(member), Some((kind, wrong.to_owned(), corrected.map(str::to_owned))), "{member}");
}

#[test]
fn silent_for_right_members() {
    for member in [
        "allUsers",
        "allAuthenticatedUsers",
        "user:jo@example.com",
        "user:Jo.Doe@Gmail.com",
        "group:team@googlegroups.com",
        "domain:example.com",
        "projectOwner:acme",
        "deleted:serviceAccount:bot@acme.iam.gserviceaccount.com?uid=123",
        "serviceAccount:bot@acme.iam.gserviceaccount.com",
        "serviceAccount:Bot@acme.iam.gserviceaccount.com",
        "serviceAccount:bot@acme.example.com.iam.gserviceaccount.com",
        "serviceAccount:{SA}@{P}.iam.gserviceaccount.com",
        "serviceAccount:123456789012-compute@developer.gserviceaccount.com",
        "serviceAccount:acme@appspot.gserviceaccount.com",
        "serviceAccount:example.com:acme@appspot.gserviceaccount.com",
        "serviceAccount:123456789012@cloudbuild.gserviceaccount.com",
        "serviceAccount:123456789012@cloudservices.gserviceaccount.com",
        "serviceAccount:service-{N}@gcp-sa-pubsub.iam.gserviceaccount.com",
        "serviceAccount:service-123456789012@serverless-robot-prod.iam.gserviceaccount.com",
        "serviceAccount:gmail-api-push@system.gserviceaccount.com",
        "serviceAccount:acme.svc.id.goog[prod/api]",
        "serviceAccount:{P}.svc.id.goog[{NS}/{KSA}]",
        "serviceAccount:{P}.svc.id.goog[{NS_AND_KSA}]",
        "serviceAccount:{P}.svc.id.goog{REST}",
        "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p/subject/s",
        "principalSet://iam.googleapis.com/projects/{N}/locations/global/workloadIdentityPools/p/attribute.repository/o/r",
        "principalSet://iam.googleapis.com/{POOL}/attribute.repository/{REPO}",
        "principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p/*",
        "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p/subject/a/attribute.b/c",
        "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/jo@example.com",
        "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/group/admins",
        "principalSet://cloudresourcemanager.googleapis.com/projects/12/type/ServiceAccount",
        "principalSet://goog/public:all",
        "principal://goog/subject/jo@example.com",
        "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/acme.svc.id.goog/subject/ns/a/sa/b",
    ] {
        assert_eq!(said(member), None, "{member}");
    }
}

#[test]
fn silent_for_placeholders() {
    for member in [
        "",
        "...",
        "MEMBER",
        "ALL_USERS",
        "SA_EMAIL",
        "SA_NAME@PROJECT_ID.iam.gserviceaccount.com",
        "[SA]@[PROJECT].iam.gserviceaccount.com",
        "%s@%s.iam.gserviceaccount.com",
        "$SA@$PROJECT.iam.gserviceaccount.com",
        "{SA}",
        "{SA}@{P}.iam.gserviceaccount.com",
        "{TYPE}:bot@acme.iam.gserviceaccount.com",
        "service{X}@acme.iam.gserviceaccount.com",
        "SERVICE_ACCOUNT:x",
        "serviceAccount:SA_EMAIL",
        "serviceAccount:[SA]",
        "serviceAccount:{SA_EMAIL}",
        "serviceAccount:my-account",
        "serviceAccount:SA@PROJECT_NUMBER.iam.gserviceaccount.com",
        "serviceAccount:{SA_EMAIL}@{P}.iam.gserviceaccount.com",
        "serviceAccount:bot@{DOMAIN}",
        "serviceAccount:bot@{P}.gserviceaccount.com",
        "serviceAccount:bot@example.com",
        "serviceAccount:xxx@xxx",
        "serviceAccount:bot@acme.ima.gserviceaccount.com",
        "serviceAccount:a@p.iam.gserviceaccount.com,serviceAccount:b@p.iam.gserviceaccount.com",
        "serviceAccount:P.svc.id.goog[KSA]",
        "principal://iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/P/subject/S",
        "principal://iam.googleapis.com/projects/project-number/locations/global/workloadIdentityPools/P/subject/S",
        "principal://iam.googleapis.com/projects/{P}/locations/global/workloadIdentityPools/P/subject/S",
        "principal:{REST}",
        "principalSet://{HOST}/subject/x",
        "principal://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p/{SELECTOR}",
    ] {
        assert_eq!(said(member), None, "{member}");
    }
}

#[test]
fn variables_that_stay_text() {
    let whole = "serviceAccount:$NUMBER-compute@developer.gserviceaccount.com";
    finds(Unexpanded, whole, "$NUMBER", None);
    finds(Unexpanded, "serviceAccount:$SA", "$SA", None);
    finds(Unexpanded, "user:$_ME@example.com", "$_ME", None);
    for member in ["serviceAccount:$1", "serviceAccount:$$SA", "serviceAccount:$", "serviceAccount:$-x", "$MEMBER"] {
        assert_eq!(said(member), None, "{member}");
    }
}

#[test]
fn a_missing_prefix() {
    let email = "bot@acme.iam.gserviceaccount.com";
    finds(MissingPrefix, email, email, Some("serviceAccount:bot@acme.iam.gserviceaccount.com"));
    finds(
        MissingPrefix,
        "bot@{P}.iam.gserviceaccount.com",
        "bot@${P}.iam.gserviceaccount.com",
        Some("serviceAccount:bot@${P}.iam.gserviceaccount.com"),
    );
    finds(MissingPrefix, "jo@example.com", "jo@example.com", None);
    finds(
        MissingPrefix,
        "acme.svc.id.goog[a/b]",
        "acme.svc.id.goog[a/b]",
        Some("serviceAccount:acme.svc.id.goog[a/b]"),
    );
    let fault = of(email).unwrap();
    let place = fault.place.unwrap();
    assert!(place.exact && place.span.is_empty() && place.span.start == 0);
    assert_eq!(fault.replacement.as_deref(), Some("serviceAccount:"));
    assert!(fault.kind.is_type());
}

#[test]
fn a_prefix_in_another_spelling() {
    for prefix in [
        "serviceaccount",
        "service-account",
        "service_account",
        "ServiceAccount",
        "serviceAccounts",
        "serviceAcount",
        "serviceaccout",
    ] {
        finds(PrefixSpelling, &format!("{prefix}:{{SA}}"), prefix, Some("serviceAccount:${SA}"));
    }
    finds(PrefixSpelling, "User:jo@example.com", "User", Some("user:jo@example.com"));
    finds(PrefixSpelling, "groups:a@example.com", "groups", Some("group:a@example.com"));
    finds(PrefixSpelling, "principalset://x", "principalset", Some("principalSet://x"));
    for other in [
        "robot:x",
        "users:read",
        "groups:write",
        "userByEmail:x@y.com",
        "principalHierarchy:x",
        "specialGroup:allUsers",
        "https://x@y",
    ] {
        assert_eq!(said(other), None, "{other}");
    }
}

#[test]
fn everyone_in_another_spelling() {
    finds(WordSpelling, "allusers", "allusers", Some("allUsers"));
    finds(WordSpelling, "AllUsers", "AllUsers", Some("allUsers"));
    finds(WordSpelling, "all-users", "all-users", Some("allUsers"));
    finds(WordSpelling, "allauthenticatedusers", "allauthenticatedusers", Some("allAuthenticatedUsers"));
    finds(WordWithPrefix, "user:allUsers", "user:allUsers", Some("allUsers"));
    finds(WordWithPrefix, "group:allauthenticatedusers", "group:allauthenticatedusers", Some("allAuthenticatedUsers"));
    assert_eq!(said("everyone"), None);
    assert_eq!(said("allUsers{X}"), None);
}

#[test]
fn the_type_of_another_kind() {
    finds(
        ServiceAccountAsOther,
        "user:{SA}@{P}.iam.gserviceaccount.com",
        "user",
        Some("serviceAccount:${SA}@${P}.iam.gserviceaccount.com"),
    );
    let group = "group:bot@acme.iam.gserviceaccount.com";
    finds(ServiceAccountAsOther, group, "group", Some("serviceAccount:bot@acme.iam.gserviceaccount.com"));
    finds(NoServiceAccount, "serviceAccount:jo@gmail.com", "jo@gmail.com", None);
    finds(NoServiceAccount, "serviceAccount:{NAME}@acme.io", "${NAME}@acme.io", None);
    assert_eq!(said("serviceAccount:jo@some.google.com"), None);
    assert_eq!(said("user:{EMAIL}"), None);
}

#[test]
fn domains_that_are_misspelt() {
    for wrong in [
        ".gserviceaccount.iam.com",
        ".iam.gserviceaccount.co",
        ".iam.gserviceacount.com",
        ".iam.gserviceaccounts.com",
        ".iam.serviceaccount.com",
        ".iam.gserviceaccount",
        ".iam-gserviceaccount.com",
    ] {
        let right = "serviceAccount:bot@${P}.iam.gserviceaccount.com";
        finds(EmailDomain, &format!("serviceAccount:bot@{{P}}{wrong}"), wrong, Some(right));
    }
    let fault = of("serviceAccount:bot@acme.gserviceaccount.iam.com").unwrap();
    let place = fault.place.unwrap();
    assert_eq!((place.exact, place.span.start, place.span.end), (true, 23, 47));
    assert!(!fault.kind.is_type());
    finds(
        MissingIam,
        "serviceAccount:bot@acme-prod.gserviceaccount.com",
        "serviceAccount:bot@acme-prod.gserviceaccount.com",
        Some("serviceAccount:bot@acme-prod.iam.gserviceaccount.com"),
    );
}

#[test]
fn what_would_be_wrong_again_is_no_correction() {
    finds(EmailDomain, "serviceAccount:bot@123456789012.iam.gserviceacount.com", ".iam.gserviceacount.com", None);
    finds(PrefixSpelling, "serviceaccount:bot@acme-prod.gserviceaccount.com", "serviceaccount", None);
    let agent = "service-acme-prod@gcp-sa-pubsub.iam.gserviceacount.com";
    let fault = account_fault(&value(agent)).unwrap();
    assert_eq!((fault.kind, fault.replacement), (EmailDomain, None));
    finds(
        EmailDomain,
        &format!("serviceAccount:{}", agent.replace("acme-prod", "{N}")),
        ".iam.gserviceacount.com",
        Some("serviceAccount:service-${N}@gcp-sa-pubsub.iam.gserviceaccount.com"),
    );
}

#[test]
fn emails_without_a_part_or_with_one_too_many() {
    finds(MissingProject, "serviceAccount:{SA}@iam.gserviceaccount.com", "${SA}@iam.gserviceaccount.com", None);
    finds(MissingProject, "serviceAccount:bot@.iam.gserviceaccount.com", "bot@.iam.gserviceaccount.com", None);
    finds(ProjectNumber, "serviceAccount:{SA}@123456789012.iam.gserviceaccount.com", "123456789012", None);
    let two = "bot@acme@acme.iam.gserviceaccount.com";
    finds(SeveralAt, &format!("serviceAccount:{two}"), two, None);
    finds(MissingAt, "serviceAccount:bot.iam.gserviceaccount.com", "bot.iam.gserviceaccount.com", None);
}

#[test]
fn pools() {
    let pool = "iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/p";
    finds(
        PoolNeedsSet,
        &format!("principal://{pool}/attribute.repository/{{REPO}}"),
        "principal",
        Some(&format!("principalSet://{pool}/attribute.repository/${{REPO}}")),
    );
    finds(
        PoolNeedsOne,
        &format!("principalSet://{pool}/subject/{{S}}"),
        "principalSet",
        Some(&format!("principal://{pool}/subject/${{S}}")),
    );
    finds(
        PoolNeedsSet,
        "principal://iam.googleapis.com/{POOL}/attribute.a/b",
        "principal",
        Some("principalSet://iam.googleapis.com/${POOL}/attribute.a/b"),
    );
    finds(
        PoolProvider,
        &format!("principalSet://{pool}/providers/github/attribute.a/b"),
        "providers/github/",
        Some(&format!("principalSet://{pool}/attribute.a/b")),
    );
    finds(PoolProvider, &format!("principalSet://{pool}/providers/github"), "providers/github", None);
    finds(
        PoolProjectId,
        "principalSet://iam.googleapis.com/projects/acme/locations/global/workloadIdentityPools/{P}/*",
        "acme",
        None,
    );
    finds(PoolSlashes, &format!("principal:/{pool}/subject/s"), "/", Some(&format!("principal://{pool}/subject/s")));
    let bare = format!("principal:{pool}/subject/s");
    finds(PoolSlashes, &bare, &bare, Some(&format!("principal://{pool}/subject/s")));
    let hostless = "principal://projects/12/locations/global/workloadIdentityPools/p/subject/s";
    finds(PoolHost, hostless, hostless, Some(&format!("principal://{pool}/subject/s")));
}

#[test]
fn pools_by_themselves() {
    let pool = "projects/{N}/locations/global/workloadIdentityPools/ci";
    finds(PoolAlone, &format!("principalSet://iam.googleapis.com/{pool}"), &pool.replace('{', "${"), None);
    finds(
        PoolAlone,
        "principal://iam.googleapis.com/locations/global/workforcePools/w/",
        "locations/global/workforcePools/w/",
        None,
    );
    for unsure in ["{POOL}", "ci{REST}", "POOL_ID", ""] {
        let member =
            format!("principalSet://iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/{unsure}");
        assert_eq!(said(&member), None, "{member}");
    }
}

#[test]
fn full_names_of_accounts() {
    let (email, name) = ("bot@acme.iam.gserviceaccount.com", "projects/{P}/serviceAccounts/");
    let (right, wrong) = (format!("serviceAccount:{email}"), name.replace('{', "${"));
    finds(FullName, &format!("serviceAccount:{name}{email}"), &wrong, Some(&right));
    finds(FullName, &format!("{name}{email}"), &wrong, Some(&right));
    finds(FullName, &format!("serviceAccount:{name}{email}@acme.com"), &wrong, None);
}

#[test]
fn agents_by_the_id_of_their_project() {
    let agent = |project: &str| format!("serviceAccount:service-{project}@gcp-sa-pubsub.iam.gserviceaccount.com");
    finds(AgentProjectId, &agent("acme-prod"), "acme-prod", None);
    for right in ["123456789012", "{N}", "org-123456789012", "folder-123456789012", "PROJECT_NUMBER", "project-number"]
    {
        assert_eq!(said(&agent(right)), None, "{right}");
    }
    assert_eq!(said("serviceAccount:service-acme-prod@acme-prod.iam.gserviceaccount.com"), None);
}

#[test]
fn kubernetes_accounts() {
    finds(KubernetesForm, "serviceAccount:acme.svc.id.goog/a/b", "/a/b", Some("serviceAccount:acme.svc.id.goog[a/b]"));
    finds(KubernetesForm, "serviceAccount:{P}.svc.id.goog[a/b", "[a/b", Some("serviceAccount:${P}.svc.id.goog[a/b]"));
    finds(KubernetesForm, "serviceAccount:{P}.svc.id.goog(a/b)", "(a/b)", Some("serviceAccount:${P}.svc.id.goog[a/b]"));
    finds(KubernetesForm, "serviceAccount:{P}.svc.id.goog[ksa]", "[ksa]", None);
    finds(KubernetesForm, "serviceAccount:acme.svc.id.goog", "acme.svc.id.goog", None);
}

#[test]
fn accounts_where_only_an_email_is_due() {
    let kind = |account: &str| account_fault(&value(account)).map(|fault| fault.kind);
    assert_eq!(kind("bot@{P}.gserviceaccount.iam.com"), Some(EmailDomain));
    assert_eq!(kind("jo@gmail.com"), Some(NoServiceAccount));
    for right in
        ["bot@acme.iam.gserviceaccount.com", "bot", "{SA}", "default", "projects/p/serviceAccounts/x@gmail.com"]
    {
        assert_eq!(kind(right), None, "{right}");
    }
}

#[test]
fn a_fault_over_several_pieces_cannot_be_edited() {
    let mut member = value("serviceAccount:bot@acme.gservice");
    member.append(&value("account.iam.com"));
    let fault = fault(&member).unwrap();
    assert_eq!((fault.kind, fault.place.map(|place| place.exact)), (EmailDomain, Some(false)));
    assert_eq!(fault.corrected.as_deref(), Some("serviceAccount:bot@acme.iam.gserviceaccount.com"));
}

#[test]
fn odd_texts_do_no_harm() {
    let long = "a".repeat(100_000);
    for text in
        ["@", ":", "@@", "é@é", "serviceAccount:", "serviceAccount:é@é.iam.gserviceaccount.co", "\u{1}@\u{1}", &long]
    {
        let _ = fault(&Value::text(text, crate::value::tests::place(0, text.len() as u32)));
        let _ = account_fault(&Value::text(text, crate::value::tests::place(0, text.len() as u32)));
    }
    assert_eq!(fault(&Value::default()), None);
    assert_eq!(fault(&Value::from_iter(Vec::<Piece>::new())), None);
}

#[test]
fn what_brings_its_type_along() {
    finds(
        PrefixTwice,
        "serviceAccount:serviceAccount:bot@acme.iam.gserviceaccount.com",
        "serviceAccount:",
        Some("serviceAccount:bot@acme.iam.gserviceaccount.com"),
    );
    assert_eq!(said("serviceAccount:{MEMBER}"), None);
}
