//! The web page beside the API.

pub mod assets;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, Uri, header},
    response::{IntoResponse, Response},
};

use super::{
    error::{Error, Result},
    state::Api,
};
use api_types::page_config::PageConfig;

/// Get the configuration of the web page. 404 when this provider serves no page.
#[utoipa::path(get, path = "/config.json", operation_id = "getPageConfig", responses((status = 200, body = PageConfig), (status = 404, body = api_types::error::ErrorView)))]
pub async fn config(State(api): State<Api>) -> Result<Response> {
    let page = api.page.ok_or_else(nothing)?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(page.config())).into_response())
}

/// Serves every path that is not the API's.
pub async fn serve(State(api): State<Api>, method: Method, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let ours = uri.path() != "/v1" && !uri.path().starts_with("/v1/");
    let page = api.page.filter(|_| ours && matches!(method, Method::GET | Method::HEAD));
    page.and_then(|page| page.answer(uri.path(), &headers)).ok_or_else(nothing)
}

fn nothing() -> Error {
    Error::NotFound("there is no such page: see /openapi.json".to_owned())
}
