//! Grants: access to a lease by the tenant's signature, within their scope and until their expiry.

use anvil::Actor;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::api_session::{ApiSession, now, sign_grant};

use super::TalkingLease;

impl TalkingLease {
    /// A grant to the stranger, signed by an actor.
    fn grant(&self, signer: Actor, scope: &str, times: (u64, u64)) -> Value {
        let stranger = Actor::Stranger.address();
        sign_grant(&self.world.devnet.deployment, &signer.signer(), self.lease, stranger, scope, times).unwrap()
    }

    async fn put_grant(&self, grant: &Value) -> (StatusCode, Value) {
        let anybody = ApiSession::anonymous(self.orchestrator.api.port).unwrap();
        anybody.ask(Method::POST, &self.path("/grants"), Some(grant.clone())).await.unwrap()
    }

    async fn revoke(&self) {
        let path = self.path(&format!("/grants/{}", Actor::Stranger.address()));
        let (status, said) = self.tenant().await.ask(Method::DELETE, &path, None).await.unwrap();
        assert_eq!(status, StatusCode::NO_CONTENT, "{said}");
    }
}

#[tokio::test]
async fn a_grant_goes_as_far_as_its_scope_until_it_is_revoked_for_good() {
    let talking = TalkingLease::new(1).await;
    let guest = talking.stranger().await;
    let reaches = async || {
        let (view, _) = guest.get(&talking.path("/usage")).await.unwrap();
        let (logs, _) = guest.get(&talking.path("/logs?tail=1")).await.unwrap();
        let shell = guest.socket(&talking.path("/shell?command=id")).await.unwrap();
        [view.is_success(), logs.is_success(), shell.is_ok()]
    };
    assert_eq!(reaches().await, [false; 3]);
    let start = now() - 100;
    for (step, (scope, wanted)) in
        [("view", [true, false, false]), ("logs", [true, true, false]), ("shell", [true; 3])].into_iter().enumerate()
    {
        let times = (start + step as u64, now() + 600);
        let (status, said) = talking.put_grant(&talking.grant(Actor::Tenant, scope, times)).await;
        assert_eq!((status, said["scope"].as_str()), (StatusCode::OK, Some(scope)), "{said}");
        assert_eq!(reaches().await, wanted, "{scope}");
    }
    let shell = talking.grant(Actor::Tenant, "shell", (start + 2, now() + 600));
    let (_, listed) = talking.tenant().await.get(&talking.path("/grants")).await.unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["scope"]), (1, &json!("shell")), "{listed}");
    assert_eq!(guest.get(&talking.path("/grants")).await.unwrap().0, StatusCode::FORBIDDEN);
    assert_eq!(guest.get(&talking.path("/accesses")).await.unwrap().0, StatusCode::FORBIDDEN);
    // An older one does not take the newer one's place.
    let (status, said) = talking.put_grant(&talking.grant(Actor::Tenant, "view", (start, now() + 600))).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");

    // What the guest watches ends with its right to.
    let mut live = guest.events(&talking.path("/live")).await.unwrap();
    live.next().await.unwrap().unwrap();
    talking.revoke().await;
    let mut last = None;
    while let Some(event) = live.next().await.unwrap() {
        last = Some(event);
    }
    assert_eq!(last.unwrap(), ("end".to_owned(), json!({"reason": "the grant has ended"})));
    assert_eq!(reaches().await, [false; 3]);
    let (status, said) = talking.put_grant(&shell).await;
    assert_eq!(status, StatusCode::CONFLICT, "what was revoked stays so: {said}");
    assert!(said["message"].as_str().unwrap().contains("revoked"), "{said}");
    assert_eq!(reaches().await, [false; 3]);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let (status, _) = talking.put_grant(&talking.grant(Actor::Tenant, "view", (now(), now() + 3))).await;
    assert_eq!(status, StatusCode::OK, "the tenant may grant again");
    assert_eq!(reaches().await, [true, false, false]);
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(reaches().await, [false; 3], "it has expired");

    let granted = talking.accesses("grant").await;
    assert_eq!(granted.len(), 4, "{granted:?}");
    assert_eq!(talking.accesses("revoke").await.len(), 1);
    talking.stop().await;
}

#[tokio::test]
async fn what_is_no_grant_of_the_tenants_is_refused() {
    let talking = TalkingLease::new(1).await;
    let (from, until) = (now() - 10, now() + 600);
    let good = talking.grant(Actor::Tenant, "view", (from, until));
    let changed = |what: &str, to: Value| {
        let mut grant = good.clone();
        grant[what] = to;
        grant
    };
    let cases = [
        (401, "not that of the tenant", talking.grant(Actor::Stranger, "view", (from, until))),
        (401, "not that of the tenant", changed("scope", json!("shell"))),
        (401, "not that of the tenant", changed("expiry", json!(until + 1))),
        (401, "not that of the tenant", changed("grantee", json!(Actor::Provider.address()))),
        (401, "not that of the tenant", changed("signature", json!("0x"))),
        (400, "is no scope", changed("scope", json!("root"))),
        (400, "is not an address", changed("grantee", json!("me"))),
        (400, "0x hex", changed("signature", json!("yes"))),
        (400, "not understood", changed("more", json!(1))),
        (400, "clock says", talking.grant(Actor::Tenant, "view", (now() + 100, until))),
        (400, "expiry", talking.grant(Actor::Tenant, "view", (from, now() - 1))),
        (400, "expiry", talking.grant(Actor::Tenant, "view", (from, from + 91 * 86_400))),
        (400, "expiry", talking.grant(Actor::Tenant, "view", (from, u64::MAX))),
    ];
    for (wanted, why, grant) in cases {
        let (status, said) = talking.put_grant(&grant).await;
        assert_eq!(status.as_u16(), wanted, "{why}: {said}");
        assert!(said["message"].as_str().unwrap().contains(why), "{why}: {said}");
    }
    // Another lease's is none of this one's.
    let mut other = talking.path("/grants").replace(&talking.lease.to_string()[60..], "");
    other = other.replace("/grants", &format!("{}/grants", "00000f"));
    let (status, _) = ApiSession::anonymous(talking.orchestrator.api.port)
        .unwrap()
        .ask(Method::POST, &other, Some(good))
        .await
        .unwrap();
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(talking.accesses("grant").await.is_empty());
    talking.stop().await;
}
