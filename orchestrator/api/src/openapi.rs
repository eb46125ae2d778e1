//! The OpenAPI description of the API: served at `/openapi.json`, and committed as `orchestrator/openapi.json`, from which the
//! page's client is generated.

use utoipa::OpenApi;

use super::{
    evidence, feed, grants, leases, logs, manifest, market, orders, page, proofs, proposals, provider_account,
    providers, scaling, screen, series, session, shell,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tidemark provider",
        description = "What one provider of the market knows and does. The market, proofs and the state of leases are public; what is inside a lease is for its tenant and whom the tenant lets, signed in with Ethereum. Nothing here can act on the chain."
    ),
    paths(
        market::market,
        market::offers,
        providers::providers,
        provider_account::provider_account,
        market::errors,
        market::status,
        orders::orders,
        screen::screen,
        leases::list,
        leases::show,
        leases::usage,
        scaling::scaling,
        scaling::demand,
        manifest::put_manifest,
        manifest::check,
        proofs::proof,
        proofs::proofs,
        proofs::epoch,
        proposals::propose,
        proposals::list,
        proposals::show,
        proposals::add_consent,
        proposals::withdraw,
        evidence::put,
        evidence::get,
        page::config,
        feed::events,
        feed::of_lease,
        feed::stream,
        session::nonce,
        session::open,
        session::show,
        session::close,
        grants::grant,
        grants::grants,
        grants::revoke,
        grants::accesses,
        series::series,
        series::live,
        logs::logs,
        shell::shell,
        manifest::get_manifest,
    ),
    components(schemas(api_types::error::ErrorView))
)]
struct Document;

/// The description of this build.
pub(super) fn description() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");

    /// `BLESS=1 cargo test -p api openapi` writes the file; then `npm run api` in `web/` writes the client.
    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        let served = format!("{}\n", serde_json::to_string_pretty(&description()).unwrap());
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(COMMITTED, &served).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap();
        let differs = served.lines().zip(committed.lines()).position(|(served, committed)| served != committed);
        assert!(
            served == committed,
            "orchestrator/openapi.json differs from line {differs:?} on: BLESS=1 writes it anew"
        );
    }

    /// A route that is missing here would be served, and no client could know.
    #[test]
    fn each_route_is_described() {
        let source = include_str!("lib.rs");
        let routes = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        // Described elsewhere: this description itself, the page's configuration, and Prometheus' text.
        let apart = ["/openapi.json", "/config.json", "/metrics"];
        let routes: std::collections::BTreeSet<_> = routes.filter(|route| !apart.contains(route)).collect();
        let json = serde_json::to_value(description()).unwrap();
        let described: std::collections::BTreeSet<_> =
            json["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let described: std::collections::BTreeSet<_> =
            described.into_iter().filter(|route| !apart.contains(route)).collect();
        assert!(routes.len() > 20, "{routes:?}");
        assert_eq!(routes, described);
    }

    /// A client names its methods by these ids.
    #[test]
    fn each_operation_has_an_id_of_its_own() {
        let json = serde_json::to_value(description()).unwrap();
        let paths = json["paths"].as_object().unwrap();
        let operations = paths.values().flat_map(|methods| methods.as_object().unwrap().values());
        let ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
    }
}
