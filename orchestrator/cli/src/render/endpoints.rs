//! The addresses under which a lease is reached.

use api_types::leases::LeaseView;

/// The addresses of a lease's services, one a line.
pub fn endpoints(view: &LeaseView) -> Vec<String> {
    let ports = view.containers.iter().flat_map(|container| {
        container.ports.iter().map(|(port, at)| format!("  {}.{} {port} → {at}", container.service, container.replica))
    });
    let served =
        view.served.iter().map(|served| format!("  {} → {} or {}", served.service, served.url, served.path_url));
    served.chain(ports).collect()
}
